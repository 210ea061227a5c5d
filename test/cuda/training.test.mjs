// Runs with `node --test` on a machine with a GPU: see scripts/test-cuda.sh.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as torch from 'libtorch-node';
import { digits, images } from './digits.mjs';

/** The losses of 20 steps without dropout, on a device. */
async function losses(device) {
  const model = await torch.loadModule(digits, { device });
  model.train().setAttribute('net.dropout.training', false);
  const optimizer = new torch.optim.AdamW(model.parameters(), { lr: 1e-3, amsgrad: true });
  const x = images().to(device);
  const labels = torch.arange(16n).remainder(10).to(device);
  const seen = [];
  for (let step = 0; step < 20; step++) {
    const logits = step % 2 === 0 ? model.forwardSync(x) : await model.forward(x);
    const loss = torch.nn.functional.crossEntropy(logits, labels);
    optimizer.zeroGrad();
    loss.backward();
    torch.nn.utils.clipGradNorm_(model.parameters(), 10);
    optimizer.step();
    seen.push(loss.item());
  }
  assert.equal(model.parameters()[0].grad.device, device);
  assert.equal(optimizer.stateDict().state.get(0).exp_avg.device, device);
  return seen;
}

describe('training on cuda', () => {
  it('lowers the loss as on the CPU', async () => {
    const [here, there] = [await losses('cpu'), await losses('cuda:0')];
    assert.ok(there.at(-1) < there[0] / 2, String(there));
    here.forEach((loss, i) => {
      assert.ok(Math.abs(loss - there[i]) < 0.02 * here[0], `step ${i}: ${loss} and ${there[i]}`);
    });
  });

  it('differentiates tensors there and back', () => {
    const x = torch.tensor([1, 2, 3], { requiresGrad: true });
    const y = x.to('cuda:0');
    y.mul(y).sum().cpu().backward();
    assert.deepEqual(x.grad.toArray(), [2, 4, 6]);
    const leaf = torch.ones([2], { device: 'cuda:0', requiresGrad: true });
    assert.throws(
      () => {
        leaf.grad = torch.ones([2]);
      },
      { code: 'ERR_INVALID_ARG_VALUE' },
    );
    assert.throws(() => leaf.mul(2).backward(), { code: 'ERR_NOT_SCALAR' });
  });
});
