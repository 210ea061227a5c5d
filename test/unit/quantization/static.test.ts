import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  backends,
  type CalibrationProgress,
  jit,
  loadModuleSync,
  type QuantizationResult,
  quantizeStatic,
  quantizeStaticSync,
  randn,
  type ScriptModule,
  setWarningHandler,
  type Tensor,
  tensorSchema,
} from '../../../src/index.js';
import {
  batchesOf,
  quantizationStatic,
  quantizationStaticFile,
} from '../../fixtures/quantization-static.js';
import { caught } from '../caught.js';

const network = (): ScriptModule => loadModuleSync(quantizationStaticFile('network.pt'));
const mlp = (): ScriptModule => loadModuleSync(quantizationStaticFile('mlp.pt'));
const rows = (count = 3): Tensor[] => Array.from({ length: count }, () => randn([4, 16]));
const layers = ['conv1', 'conv2', 'conv3', 'fc', 'head'];

// Quantized tensors are deprecated, and LibTorch says so.
beforeAll(() => setWarningHandler(() => {}));

describe('quantizeStatic', () => {
  it('computes in 8 bits from end to end', async () => {
    using model = network();
    const batches = batchesOf(quantizationStatic.network!);
    using result = await quantizeStatic(model, batches);
    expectTypeOf(result).toEqualTypeOf<QuantizationResult>();
    expect(result.quantized.map(({ name }) => name)).toEqual(layers);
    expect(result.quantized.map(({ kind }) => kind)).toEqual([
      ...['conv2d', 'conv2d', 'conv2d', 'linear', 'linear'],
    ]);
    expect(new Set(result.quantized.map(({ dtype }) => dtype))).toEqual(new Set(['qint8']));
    expect(result.skipped).toEqual([]);
    const graph = result.module.graph();
    for (const name of ['conv2d_relu', 'add', 'cat', 'linear', 'layer_norm']) {
      expect(graph).toContain(`quantized::${name}(`);
    }
    expect(graph).not.toMatch(/aten::(conv2d|linear|layer_norm|add|cat)\(|_observer_/);
    const x = batches[0]!;
    const error = (await result.module.forward(x))
      .sub(await model.forward(x))
      .abs()
      .max()
      .item();
    expect(error).toBeLessThan(0.1);
  });

  it('leaves the source as it is', async () => {
    using model = network();
    model.train();
    const [code, weights] = [model.code('forward'), [...model.stateDict().values()]];
    const before = weights.map((weight) => weight.clone());
    using _result = await quantizeStatic(model, batchesOf(quantizationStatic.network!));
    expect(model.training).toBe(true);
    expect(model.code('forward')).toBe(code);
    expect(weights.every((weight, i) => weight.equal(before[i]!))).toBe(true);
  });

  it('leaves layers out, which then compute in float32', async () => {
    using model = network();
    const batches = batchesOf(quantizationStatic.network!);
    using result = await quantizeStatic(model, batches, { layers: 'conv*' });
    expect(result.quantized.map(({ name }) => name)).toEqual(['conv1', 'conv2', 'conv3']);
    expect(result.skipped).toEqual([
      { name: 'fc', kind: 'linear', reason: 'it was not selected' },
      { name: 'head', kind: 'linear', reason: 'it was not selected' },
    ]);
    expect(result.module.graph().match(/aten::linear\(/g)).toHaveLength(2);
    using one = await quantizeStatic(model, batches, { layers: /^head$/ });
    expect(one.module.graph().match(/aten::conv2d\(/g)).toHaveLength(3);
    await expect(quantizeStatic(model, batches, { layers: 'nope' })).rejects.toMatchObject({
      code: 'ERR_NO_LAYER',
      message: expect.stringContaining('conv1 (conv2d)'),
    });
  });

  it('reads arrays, generators and asynchronous generators, and tells how far it is', async () => {
    using model = mlp();
    const batches = rows();
    const seen: CalibrationProgress[] = [];
    const onProgress = (progress: CalibrationProgress): void => {
      seen.push(progress);
    };
    using fromArray = await quantizeStatic(model, batches, { onProgress });
    expect(seen).toEqual([1, 2, 3].map((done) => ({ done, total: 3 })));
    seen.length = 0;
    using fromGenerator = await quantizeStatic(
      model,
      (function* () {
        for (const batch of batches) yield [batch];
      })(),
      { onProgress },
    );
    expect(seen).toEqual([1, 2, 3].map((done) => ({ done, total: null })));
    using fromAsync = await quantizeStatic(
      model,
      (async function* () {
        yield* batches;
      })(),
    );
    using sync = quantizeStaticSync(model, new Set(batches), { onProgress });
    const expected = fromArray.module.forwardSync(batches[0]!);
    for (const { module } of [fromGenerator, fromAsync, sync]) {
      expect(module.forwardSync(batches[0]!).equal(expected)).toBe(true);
    }
  });

  it('refuses batches that are none, are missing or do not fit, with their place', async () => {
    using model = mlp();
    const code = 'ERR_INVALID_ARG_TYPE';
    for (const wrong of [null, 3, randn([4, 16]), {}]) {
      await expect(quantizeStatic(model, wrong as never)).rejects.toMatchObject({ code });
    }
    await expect(quantizeStatic(model, [])).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringMatching(/batches: there are none/),
    });
    await expect(quantizeStatic(model, [...rows(1), 'x' as never])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^quantizeStatic: batches\[1\]: expected a Tensor or a list/),
    });
    await expect(quantizeStatic(model, [...rows(2), randn([4, 15])])).rejects.toMatchObject({
      code: 'ERR_SCRIPT_FAILED',
      message: expect.stringMatching(/^quantizeStatic: batches\[2\]: /),
    });
    await expect(quantizeStatic(model, [[...rows(1), 3]])).rejects.toMatchObject({
      code: 'ERR_TOO_MANY_ARGUMENTS',
      message: expect.stringMatching(/^quantizeStatic: batches\[0\]: /),
    });
    expect(caught(() => quantizeStaticSync(model, [randn([1])]))).toMatchObject({
      message: expect.stringMatching(/^quantizeStaticSync: batches\[0\]: /),
    });
    const asynchronous = (async function* () {})();
    expect(caught(() => quantizeStaticSync(model, asynchronous as never))).toMatchObject({ code });
  });

  it("passes on a generator's own error, and closes a generator it leaves", async () => {
    using model = mlp();
    const error = new RangeError('mine');
    const { stack } = error;
    const failing = (function* () {
      yield* rows(1);
      throw error;
    })();
    await expect(quantizeStatic(model, failing)).rejects.toBe(error);
    expect(error.stack).toBe(stack);
    let closed = false;
    const endless = (function* () {
      try {
        for (;;) yield randn([4, 15]);
      } finally {
        closed = true;
      }
    })();
    await expect(quantizeStatic(model, endless)).rejects.toThrow('batches[0]');
    expect(closed).toBe(true);
  });

  it('ends with the reason of its signal, and asks for no further batch', async () => {
    using model = mlp();
    const reason = new Error('enough');
    await expect(quantizeStatic(model, rows(), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    let asked = 0;
    const endless = (async function* () {
      for (;;) {
        asked++;
        yield randn([4, 16]);
      }
    })();
    const { signal } = controller;
    const onProgress = ({ done }: CalibrationProgress): void => {
      if (done === 2) controller.abort(reason);
    };
    await expect(quantizeStatic(model, endless, { signal, onProgress })).rejects.toBe(reason);
    await new Promise(setImmediate);
    expect(asked).toBeLessThanOrEqual(3);
  });

  it('refuses options that are wrong', async () => {
    using model = mlp();
    const attempts: [object, string][] = [
      [{ observers: 'best' }, 'ERR_INVALID_ARG_VALUE'],
      [{ onProgress: 3 }, 'ERR_INVALID_ARG_TYPE'],
      [{ engine: 'tpu' }, 'ERR_ENGINE'],
      [{ layers: 3 }, 'ERR_INVALID_ARG_TYPE'],
      [{ signal: 3 }, 'ERR_INVALID_ARG_TYPE'],
      [{ bits: 4 }, 'ERR_UNKNOWN_ARGUMENT'],
    ];
    for (const [options, code] of attempts) {
      await expect(quantizeStatic(model, rows(), options)).rejects.toMatchObject({ code });
    }
    await expect(quantizeStatic({} as never, rows())).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });

  it('keeps the signature, which batches have to fit', async () => {
    const x = tensorSchema({ dtype: 'float32', shape: ['batch', 16] });
    using model = loadModuleSync(quantizationStaticFile('mlp.pt'), {
      signature: { inputs: { x }, output: tensorSchema({ dtype: 'float32' }) },
    });
    using result = await quantizeStatic(model, rows() as never);
    expect(result.module.signature).toEqual(model.signature);
    await expect(quantizeStatic(model, [randn([4, 15])] as never)).rejects.toMatchObject({
      code: 'ERR_SIGNATURE',
    });
  });

  it('takes modules that are frozen, and for each engine', async () => {
    using model = mlp();
    using frozen = await jit.freeze(model);
    const batches = rows();
    for (const engine of backends.quantized.supportedEngines) {
      using one = await quantizeStatic(model, batches, { engine });
      using other = await quantizeStatic(frozen, batches, { engine });
      expect(other.quantized).toHaveLength(3);
      const [a, b] = [one, other].map(({ module }) => module.forwardSync(batches[0]!));
      expect(a!.sub(b!).abs().max().item()).toBeLessThan(1e-5);
    }
  });
});
