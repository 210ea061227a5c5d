import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  convert,
  disableFakeQuant,
  disableObserver,
  enableFakeQuant,
  enableObserver,
  jit,
  loadModule,
  loadModuleSync,
  manualSeed,
  ones,
  optim,
  prepareQat,
  prepareQatSync,
  randn,
  setWarningHandler,
  type Tensor,
} from '../../../src/index.js';
import { coded } from '../coded.js';
import { flat, mlp, net, scalesOf, step } from './qat-net.js';

const digits = new URL('../../../examples/digits/digits-scripted.pt', import.meta.url);
beforeAll(() => setWarningHandler(() => {}));
afterAll(() => setWarningHandler(null));

describe('prepareQat', () => {
  it('gives a trainable copy, and leaves the source as it was', async () => {
    using model = mlp();
    const before = flat(model.forwardSync(ones([2, 16])));
    using qat = await prepareQat(model);
    expectTypeOf(qat).toEqualTypeOf<typeof model>();
    expect([qat.training, model.training]).toEqual([true, false]);
    expect([...qat.namedParameters().keys()]).toEqual([...model.namedParameters().keys()]);
    expect(qat.parameters().every((parameter) => parameter.requiresGrad)).toBe(true);
    qat
      .forwardSync(ones([2, 16]))
      .sum()
      .backward();
    using optimizer = new optim.SGD(qat.parameters(), { lr: 1 });
    optimizer.step();
    expect(flat(model.forwardSync(ones([2, 16])))).toEqual(before);
    expect(() => model.graph()).not.toThrow();
    expect(model.graph()).not.toContain('FakeQuantize');
  });

  it('rounds what enters, what leaves and the weights, and follows their ranges', () => {
    using qat = prepareQatSync(net(), { engine: 'qnnpack' });
    qat.eval();
    const y = qat.forwardSync(randn([32, 4]));
    const scales = [...qat.namedBuffers()].filter(([name]) => name.endsWith('.scale'));
    const whole = scales.some(([, scale]) => {
      const levels = y.div(scale);
      return (levels.sub(levels.round()).abs().max().item() as number) < 1e-3;
    });
    expect(whole).toBe(true);
    const before = scales.map(([, scale]) => flat(scale));
    qat.forwardSync(randn([32, 4]).mul(10));
    expect(scales.map(([, scale]) => flat(scale))).not.toEqual(before);
  });

  it('learns in 8 bits: the loss falls', () => {
    using qat = prepareQatSync(net());
    using optimizer = new optim.Adam(qat.parameters(), { lr: 0.05 });
    manualSeed(2);
    const losses = Array.from({ length: 60 }, () => step(qat, optimizer));
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 4);
  });

  it('lets dropout follow the training mode, also where it was off for good', () => {
    using model = net().eval();
    using qat = prepareQatSync(model);
    disableFakeQuant(qat);
    const x = ones([1, 4]);
    const outputs = () => Array.from({ length: 8 }, () => flat(qat.forwardSync(x)).join());
    expect(new Set(outputs()).size).toBeGreaterThan(1);
    qat.eval();
    expect(new Set(outputs()).size).toBe(1);
    expect(qat.train().training).toBe(true);
  });

  it('folds batch norms, and keeps the statistics of those that it cannot fold', () => {
    using norm = jit.compile<Tensor, [Tensor]>(
      `
      def forward(self, x: Tensor) -> Tensor:
          y = F.linear(F.relu(x), self.weight)
          return F.batch_norm(F.relu(y), self.mean, self.var, training=self.training)
      `,
      { parameters: { weight: randn([3, 4]) }, buffers: { mean: ones([3]), var: ones([3]) } },
    );
    using qat = prepareQatSync(norm.train());
    const x = randn([8, 4]);
    for (let round = 0; round < 3; round++) qat.forwardSync(x);
    disableObserver(qat);
    const trained = flat(qat.forwardSync(x));
    expect(flat(qat.eval().train().forwardSync(x))).toEqual(trained);
    using net = loadModuleSync(digits);
    using folded = prepareQatSync(net);
    expect([...folded.namedParameters().keys()].filter((name) => /norm/.test(name))).toEqual([]);
  });

  it('takes a selection of layers; the others stay as they are', async () => {
    using model = mlp();
    using qat = await prepareQat(model, { layers: 'fc2' });
    qat.forwardSync(ones([2, 16]));
    using result = await convert(qat);
    expect(result.quantized).toEqual([{ name: 'fc2', kind: 'linear', dtype: 'qint8' }]);
    expect(result.skipped).toEqual([
      { name: 'fc1', kind: 'linear', reason: expect.stringContaining('FakeQuantize') },
    ]);
    await expect(prepareQat(model, { layers: 'fc3' })).rejects.toEqual(coded('ERR_NO_LAYER'));
  });

  it('refuses what cannot be trained or quantized, and says why', async () => {
    using model = mlp();
    using frozen = await jit.freeze(model);
    await expect(prepareQat(frozen)).rejects.toEqual(coded('ERR_NOT_TRAINABLE'));
    using qat = await prepareQat(model);
    await expect(prepareQat(qat)).rejects.toEqual(coded('ERR_NOT_QUANTIZABLE'));
    expect(() => prepareQatSync(qat)).toThrow(/prepared already/);
    using plain = jit.compile<Tensor, [Tensor]>(
      'def forward(self, x: Tensor) -> Tensor:\n  return x * self.w\n',
      { parameters: { w: ones([1]) } },
    );
    expect(() => prepareQatSync(plain)).toThrow(coded('ERR_NOT_QUANTIZABLE'));
    expect(() => prepareQatSync(model, { engine: 'none' as never })).toThrow(coded('ERR_ENGINE'));
    expect(() => prepareQatSync({} as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(() => prepareQatSync(model, { bits: 4 } as never)).toThrow(/bits/);
    model.dispose();
    await expect(prepareQat(model)).rejects.toEqual(coded('ERR_DISPOSED'));
  });

  it('rejects with the reason of its signal', async () => {
    using model = mlp();
    const reason = new Error('stop');
    const signal = AbortSignal.abort(reason);
    await expect(prepareQat(model, { signal })).rejects.toBe(reason);
    using qat = await prepareQat(model);
    await expect(convert(qat, { signal })).rejects.toBe(reason);
    const controller = new AbortController();
    const running = prepareQat(model, { signal: controller.signal });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});

describe('the switches of FakeQuantize modules', () => {
  it('keep ranges, and follow them again', () => {
    using qat = prepareQatSync(mlp());
    qat.eval().forwardSync(ones([2, 16]));
    disableObserver(qat);
    const before = scalesOf(qat);
    const x = ones([2, 16]).mul(50);
    qat.forwardSync(x);
    expect(scalesOf(qat)).toEqual(before);
    enableObserver(qat);
    qat.forwardSync(x);
    expect(scalesOf(qat)).not.toEqual(before);
  });

  it('compute as in float, and round again', () => {
    using model = mlp();
    using qat = prepareQatSync(model);
    const x = randn([4, 16]);
    const float = flat(model.forwardSync(x));
    disableFakeQuant(qat.eval());
    expect(flat(qat.forwardSync(x))).toEqual(float);
    enableFakeQuant(qat);
    expect(flat(qat.forwardSync(x))).not.toEqual(float);
  });

  it('are there in prepared modules alone', () => {
    using model = mlp();
    for (const set of [enableObserver, disableObserver, enableFakeQuant, disableFakeQuant]) {
      expect(() => set(model)).toThrow(coded('ERR_NOT_PREPARED'));
      expect(() => set(null as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
  });

  it('wait for nobody: a run in flight refuses them', async () => {
    using model = await loadModule<Tensor>(digits);
    using qat = prepareQatSync(model);
    const running = Array.from({ length: 4 }, () => qat.forward(ones([2000, 8, 8])));
    expect(() => disableObserver(qat)).toThrow(coded('ERR_MODULE_BUSY'));
    await Promise.all(running);
    disableObserver(qat);
  });
});
