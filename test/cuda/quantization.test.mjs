// Runs with `node --test` on a machine with a GPU: see scripts/test-cuda.sh.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as torch from 'libtorch-node';
import { digits, images } from './digits.mjs';

describe('on cuda', () => {
  it('weights in fewer bits compute what they compute on the CPU', async () => {
    const model = await torch.loadModule(digits);
    for (const linear of ['int8', 'int4']) {
      const { module, quantized } = await torch.quantizeWeights(model, { linear, groupSize: 16 });
      assert.ok(quantized.length > 0);
      const here = module.forwardSync(images());
      await module.to('cuda:0');
      const there = module.forwardSync(images().to('cuda:0'));
      assert.equal(there.device, 'cuda:0');
      assert.ok(torch.allclose(here, there.cpu(), { atol: 1e-4 }), linear);
    }
  });

  it('dynamic and static quantization are refused there, for kernels of the CPU', async () => {
    const model = await torch.loadModule(digits, { device: 'cuda:0' });
    const refused = { code: 'ERR_NOT_QUANTIZABLE', message: /on cuda:0/ };
    await assert.rejects(torch.quantizeDynamic(model), refused);
    await assert.rejects(torch.quantizeStatic(model, [images()]), refused);
    const moved = await (await model.clone()).to('cpu');
    const { quantized } = await torch.quantizeDynamic(moved);
    assert.ok(quantized.length > 0);
  });

  it('quantization-aware training lowers the loss, and converts', async () => {
    const qat = await torch.prepareQat(await torch.loadModule(digits));
    await qat.to('cuda:0');
    const optimizer = new torch.optim.AdamW(qat.parameters(), { lr: 1e-3 });
    const x = images().to('cuda:0');
    const labels = torch.arange(16n).remainder(10).to('cuda:0');
    const losses = [];
    for (let step = 0; step < 20; step++) {
      const loss = torch.nn.functional.crossEntropy(qat.forwardSync(x), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    assert.ok(losses.at(-1) < losses[0] / 2, String(losses));
    const { module } = await torch.convert(qat);
    assert.deepEqual(module.forwardSync(images()).shape, [16, 10]);
  });

  it('pruned modules train, and keep their zeros', async () => {
    const model = await torch.loadModule(digits, { device: 'cuda:0' });
    const [name] = [...model.namedParameters().keys()].filter((key) => key.endsWith('weight'));
    model.train();
    torch.prune.l1Unstructured(model, name, { amount: 0.5 });
    const optimizer = new torch.optim.SGD(model.parameters(), { lr: 0.1 });
    const logits = model.forwardSync(images().to('cuda:0'));
    torch.nn.functional
      .crossEntropy(logits, torch.arange(16n).remainder(10).to('cuda:0'))
      .backward();
    optimizer.step();
    torch.prune.remove(model, name);
    const weight = model.namedParameters().get(name);
    assert.equal(weight.device, 'cuda:0');
    const zeros = weight.eq(0).sum().item();
    assert.equal(zeros, Math.round(weight.numel / 2));
  });
});
