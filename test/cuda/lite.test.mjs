// Runs with `node --test` on a machine with a GPU: see scripts/test-cuda.sh.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allclose, jit, loadModule, loadModuleSync, rand } from 'libtorch-node';
import { digits } from './digits.mjs';

describe('modules of the lite interpreter on a GPU', () => {
  it('give what they give on the CPU, or say why they cannot be there', async () => {
    const script = await loadModule(digits);
    const x = rand([4, 1, 8, 8]);
    const expected = await script.forward(x);
    const bytes = await script.toLiteBytes();
    const lite = await loadModule(bytes, { device: 'cuda:0', format: 'lite' });
    assert.equal(lite.format, 'lite');
    const found = await lite.forward(x.to('cuda:0'));
    assert.equal(found.device, 'cuda:0');
    assert.ok(allclose(found.cpu(), expected, { atol: 1e-4 }));
    assert.throws(() => lite.forwardSync(x), { code: /^ERR_/ });
    const flat = await script.toLiteBytes({ container: 'flatbuffer' });
    await assert.rejects(
      loadModule(flat, { device: 'cuda:0', format: 'lite', allowFlatbuffer: true }),
      { code: 'ERR_UNSUPPORTED_FORMAT', message: /leaves its tensors on the CPU/ },
    );
  });

  it('are optimized for phones on the CPU', async () => {
    const script = loadModuleSync(digits);
    script.eval();
    const x = rand([4, 1, 8, 8]);
    const mobile = loadModuleSync(jit.optimizeForMobileSync(script).toLiteBytesSync(), {
      format: 'lite',
    });
    assert.ok(allclose(mobile.forwardSync(x), script.forwardSync(x), { atol: 1e-4 }));
  });
});

describe('compiled, traced and frozen modules on a GPU', () => {
  it('run where their weights are', async () => {
    const x = rand([2, 4], { device: 'cuda:0' });
    const w = rand([4, 3], { device: 'cuda:0' });
    const compiled = jit.compile(
      'def forward(self, x: Tensor):\n  return x.matmul(self.w).relu()',
      {
        parameters: { w },
      },
    );
    const traced = jit.trace((input) => input.matmul(w).relu(), [x]);
    const frozen = await jit.freeze(traced.eval());
    const expected = x.matmul(w).relu();
    for (const model of [compiled, traced, frozen]) {
      const y = await model.forward(x);
      assert.equal(y.device, 'cuda:0');
      assert.ok(allclose(y, expected, { atol: 1e-5 }));
    }
  });
});
