import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  convert,
  convertSync,
  disableObserver,
  enableObserver,
  jit,
  loadModule,
  ones,
  optim,
  prepareQat,
  prepareQatSync,
  type QuantizationResult,
  randn,
  ScriptModule,
  setWarningHandler,
  type Tensor,
  zeros,
} from '../../../src/index.js';
import { coded } from '../coded.js';
import { flat, mlp, net, scalesOf, step } from './qat-net.js';

const folder = mkdtempSync(join(tmpdir(), 'qat-'));
const digits = new URL('../../../examples/digits/digits-scripted.pt', import.meta.url);
beforeAll(() => setWarningHandler(() => {}));
afterAll(() => {
  setWarningHandler(null);
  rmSync(folder, { recursive: true });
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
    const before = scalesOf(qat);
    shared.forwardSync(ones([2, 16]).mul(50));
    expect(scalesOf(qat)).toEqual(before);
    expect(scalesOf(shared)).not.toEqual(before);
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
