import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  convert,
  convertSync,
  disableFakeQuant,
  disableObserver,
  enableFakeQuant,
  enableObserver,
  jit,
  loadModule,
  loadModuleSync,
  manualSeed,
  nn,
  ones,
  optim,
  prepareQat,
  prepareQatSync,
  type QuantizationResult,
  randn,
  ScriptModule,
  setWarningHandler,
  type Tensor,
  tidy,
  zeros,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';

const coded = (code: string) => expect.objectContaining({ code });
const folder = mkdtempSync(join(tmpdir(), 'qat-'));
const digits = new URL('../../../examples/digits/digits-scripted.pt', import.meta.url);
const flat = (tensor: Tensor): number[] => tensor.flatten().toArray() as number[];
const mlp = () => loadModuleSync<Tensor>(fixture('mlp'));

/** Two layers with dropout between them. */
function net(): ScriptModule<[Tensor], Tensor> {
  manualSeed(1);
  return jit.compile<Tensor, [Tensor]>(
    `
    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(F.linear(x, self.first, self.bias))
        return F.linear(F.dropout(y, 0.5, self.training), self.second)
    `,
    { parameters: { first: randn([8, 4]), bias: randn([8]), second: randn([3, 8]) } },
  );
}

function step(
  model: ScriptModule<[Tensor], Tensor>,
  optimizer: { zeroGrad(): void; step(): void },
): number {
  return tidy(() => {
    const loss = nn.functional.mseLoss(model.forwardSync(randn([16, 4])), zeros([16, 3]));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    return loss.item() as number;
  });
}

beforeAll(() => setWarningHandler(() => {}));
afterAll(() => {
  setWarningHandler(null);
  rmSync(folder, { recursive: true });
});

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
    const scales = () => {
      const named = [...qat.namedBuffers()].filter(([name]) => name.endsWith('.scale'));
      return named.map(([, scale]) => flat(scale));
    };
    const before = scales();
    const x = ones([2, 16]).mul(50);
    qat.forwardSync(x);
    expect(scales()).toEqual(before);
    enableObserver(qat);
    qat.forwardSync(x);
    expect(scales()).not.toEqual(before);
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

describe('a prepared module', () => {
  it('is saved, loaded, trained on and converted', async () => {
    using qat = prepareQatSync(net());
    using optimizer = new optim.SGD(qat.parameters(), { lr: 0.01 });
    step(qat, optimizer);
    const path = join(folder, 'qat.pt');
    await qat.save(path);
    using again = (await loadModule(path)) as ScriptModule<[Tensor], Tensor>;
    const x = randn([4, 4]);
    disableObserver(qat.eval());
    disableObserver(again.eval());
    expect(flat(again.forwardSync(x))).toEqual(flat(qat.forwardSync(x)));
    enableObserver(again.train());
    using more = new optim.SGD(again.parameters(), { lr: 0.01 });
    expect(step(again, more)).toBeGreaterThan(0);
    using result = await convert(again);
    expect(result.quantized).toHaveLength(2);
  });

  it('has clones with ranges and weights of their own', async () => {
    using qat = prepareQatSync(mlp());
    qat.forwardSync(ones([2, 16]));
    using clone = await qat.clone();
    expect(clone.training).toBe(true);
    expect(clone.parameters().every((parameter) => parameter.requiresGrad)).toBe(true);
    disableObserver(qat);
    const before = flat(qat.eval().forwardSync(ones([2, 16])));
    clone
      .forwardSync(ones([2, 16]).mul(30))
      .sum()
      .backward();
    expect(flat(qat.forwardSync(ones([2, 16])))).toEqual(before);
    expect(qat.parameters()[0]!.grad).toBeNull();
    expect(clone.parameters()[0]!.grad).not.toBeNull();
  });

  it('runs once at a time, however often it is called', async () => {
    using qat = prepareQatSync(mlp());
    const inputs = Array.from({ length: 24 }, () => randn([8, 16]));
    const outputs = await Promise.all(inputs.map((x) => qat.forward(x)));
    outputs.reduce((sum, y) => sum.add(y.sum()), zeros([])).backward();
    expect(qat.parameters()[0]!.grad!.isfinite().all().item()).toBe(true);
    using result = await convert(qat);
    expect(result.quantized).toHaveLength(2);
  });

  it('is shared as what learns nothing, with ranges of its own', () => {
    using qat = prepareQatSync(mlp());
    qat.forwardSync(ones([2, 16]));
    using shared = ScriptModule.fromShared(qat.share());
    const scales = (of: ScriptModule) =>
      [...of.namedBuffers()].filter(([name]) => name.endsWith('.scale')).map(([, s]) => flat(s));
    const before = scales(qat);
    shared.forwardSync(ones([2, 16]).mul(50));
    expect(scales(qat)).toEqual(before);
    expect(scales(shared)).not.toEqual(before);
    expect(() => shared.zeroGrad()).toThrow(coded('ERR_NOT_TRAINABLE'));
  });

  it('fails with a coded error, not the process, in a dtype that FakeQuantize has not', async () => {
    using qat = prepareQatSync(mlp());
    await qat.to('float64');
    expect(() => qat.forwardSync(ones([2, 16], { dtype: 'float64' }))).toThrow(
      coded('ERR_SCRIPT_FAILED'),
    );
  });
});

describe('convert', () => {
  const trained = () => {
    const qat = prepareQatSync(net());
    using optimizer = new optim.SGD(qat.parameters(), { lr: 0.01 });
    for (let i = 0; i < 4; i++) step(qat, optimizer);
    return qat;
  };

  it('gives a quantized module, and leaves the trained one to be trained on', async () => {
    using qat = trained();
    const x = randn([64, 4]);
    using result = await convert(qat);
    expectTypeOf(result).toEqualTypeOf<QuantizationResult<[Tensor], Tensor>>();
    expect(result.quantized.map(({ kind, dtype }) => [kind, dtype])).toEqual([
      ['linear', 'qint8'],
      ['linear', 'qint8'],
    ]);
    expect(result.skipped).toEqual([]);
    expect(result.module.graph()).toContain('quantized::linear_relu');
    expect(result.module.graph()).not.toContain('FakeQuantize');
    expect(qat.training).toBe(true);
    disableObserver(qat.eval());
    const [fake, real] = [qat.forwardSync(x), result.module.forwardSync(x)];
    const steps = fake.sub(real).abs().max().div(fake.abs().max()).item() as number;
    expect(steps).toBeLessThan(0.1);
    using optimizer = new optim.SGD(qat.train().parameters(), { lr: 0.01 });
    step(qat, optimizer);
    using again = convertSync(qat, { engine: 'fbgemm' });
    expect(again.module.forwardSync(x).shape).toEqual([64, 3]);
  });

  it('gives what is saved smaller, and loaded again', async () => {
    using model = await loadModule<Tensor>(digits);
    using qat = prepareQatSync(model);
    qat.eval().forwardSync(ones([2, 8, 8]));
    using result = convertSync(qat);
    const path = join(folder, 'digits-int8.pt');
    await result.module.save(path);
    using again = await loadModule<Tensor>(path);
    const x = randn([4, 8, 8]);
    expect(flat(again.forwardSync(x))).toEqual(flat(result.module.forwardSync(x)));
    expect((await model.toBytes()).length / (await again.toBytes()).length).toBeGreaterThan(2.5);
  });

  it('shows weights to their observers once more, as PyTorch does, unless they are switched off', () => {
    using qat = prepareQatSync(mlp());
    const x = ones([2, 16]);
    qat.eval().forwardSync(x);
    using before = convertSync(qat);
    for (const parameter of qat.parameters()) parameter.detach().mul_(3);
    disableObserver(qat);
    using clipped = convertSync(qat);
    enableObserver(qat);
    using shown = convertSync(qat);
    const [a, b, c] = [before, clipped, shown].map(({ module }) => flat(module.forwardSync(x)));
    expect(b).not.toEqual(a);
    expect(c).not.toEqual(b);
  });

  it('refuses what was not prepared, or has seen nothing', async () => {
    using model = mlp();
    await expect(convert(model)).rejects.toEqual(coded('ERR_NOT_PREPARED'));
    using qat = await prepareQat(model);
    await expect(convert(qat)).rejects.toEqual(coded('ERR_NOT_CALIBRATED'));
    qat.forwardSync(zeros([1, 16]).div(0));
    expect(() => convertSync(qat)).toThrow(coded('ERR_NOT_CALIBRATED'));
    using frozen = await jit.freeze(qat.eval());
    expect(() => convertSync(frozen)).toThrow(coded('ERR_NOT_PREPARED'));
    expect(() => convertSync(qat, { engine: 'none' as never })).toThrow(coded('ERR_ENGINE'));
    expect(() => convertSync(undefined as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    qat.dispose();
    await expect(convert(qat)).rejects.toEqual(coded('ERR_DISPOSED'));
  });
});
