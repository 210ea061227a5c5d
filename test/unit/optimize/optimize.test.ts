import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModuleSync,
  type OptimizeResult,
  optim,
  optimize,
  prune,
  randn,
  type ScriptModule,
  setWarningHandler,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught } from '../caught.js';

type Model = ScriptModule<Tensor[], Tensor>;
const load = (name: string): Model => loadModuleSync(fixture(name)) as unknown as Model;
const close = (a: Tensor, b: Tensor): boolean => a.allclose(b, { rtol: 1e-4, atol: 1e-5 });

// LibTorch says that the dtypes of quantized tensors will go one day.
setWarningHandler(() => {});

describe('optimize', () => {
  it('prunes in rounds, tunes after each, and quantizes', async () => {
    using model = load('mlp');
    const before = model.forwardSync(randn([1, 16])).shape;
    const stages: string[] = [];
    const steps: [number, number, number][] = [];
    using result = await optimize(model, {
      prune: { amount: 0.75, rounds: 2 },
      async fineTune(pruned, { round, rounds, sparsity }) {
        expectTypeOf(pruned).toEqualTypeOf<Model>();
        steps.push([round, rounds, sparsity]);
        const sgd = new optim.SGD(pruned.train().parameters(), { lr: 0.1 });
        for (let step = 0; step < 3; step++) {
          sgd.zeroGrad();
          (await pruned.forward(randn([4, 16]))).square().mean().backward();
          sgd.step();
        }
      },
      quantize: 'dynamic',
      onProgress: ({ stage, round }) => stages.push(`${stage} ${round}`),
    });
    expectTypeOf(result).toEqualTypeOf<OptimizeResult<Tensor[], Tensor>>();
    expect(stages).toEqual(['prune 1', 'fineTune 1', 'prune 2', 'fineTune 2', 'quantize 1']);
    expect(steps.map(([round, rounds]) => [round, rounds])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(result.sparsity.zeros).toBe(240); // three quarters of 320 weights
    expect(result.quantized.map(({ name }) => name)).toEqual(['fc1', 'fc2']);
    expect(result.bytes.before).toBeGreaterThan(1000);
    expect(result.module.forwardSync(randn([1, 16])).shape).toEqual(before);
    expect(prune.isPruned(model)).toBe(false);
    expect([prune.sparsity(model).zeros, result.module.training]).toEqual([0, false]);
  });

  it('cuts channels out of what is a chain, with their biases and norms', async () => {
    using model = load('resnet');
    using result = await optimize(model, { prune: { amount: 0.5, structured: true } });
    expect(result.shrunk).toContainEqual({ name: 'layer1.conv1', before: 8, after: 4 });
    expect(result.kept).toEqual([]);
    expect(result.bytes.after).toBeLessThan(result.bytes.before);
    expect(prune.isPruned(result.module)).toBe(false);
    const x = randn([2, 3, 32, 32]);
    expect(result.module.forwardSync(x).shape).toEqual(model.forwardSync(x).shape);
    using masked = await optimize(model, {
      prune: { amount: 0.5, structured: true },
      shrink: false,
    });
    expect(close(masked.module.forwardSync(x), result.module.forwardSync(x))).toBe(true);
  });

  it('calibrates for static quantization', async () => {
    using model = load('chain');
    using result = await optimize(model, {
      prune: { amount: 0.3, layers: '1' },
      quantize: { method: 'static', observers: 'minmax' },
      calibration: [randn([2, 3, 16, 16]), randn([2, 3, 16, 16])],
    });
    expect(
      result.sparsity.layers.filter(({ zeros }) => zeros > 50).map(({ name }) => name),
    ).toEqual(['1.0.0', '1.1.0']);
    expect(result.quantized.length).toBeGreaterThan(2);
  });

  it('leaves nothing behind when a stage fails', async () => {
    using model = load('mlp');
    const reason = new Error('enough');
    const fails = optimize(model, {
      prune: { amount: 0.5 },
      fineTune: () => Promise.reject(reason),
    });
    await expect(fails).rejects.toBe(reason);
    const controller = new AbortController();
    const aborted = optimize(model, {
      prune: { amount: 0.5 },
      fineTune: () => controller.abort(reason),
      signal: controller.signal,
    });
    await expect(aborted).rejects.toBe(reason);
    using frozen = jit.freezeSync(model);
    const pruned = optimize(frozen, { prune: { amount: 0.5 } });
    await expect(pruned).rejects.toMatchObject({ code: 'ERR_FROZEN' });
    const cut = optimize(model, { shrink: true });
    await expect(cut).rejects.toMatchObject({ code: 'ERR_NOT_SHRINKABLE' });
  });

  it.each([
    ['ERR_INVALID_ARG_VALUE', {}],
    ['ERR_INVALID_ARG_VALUE', { quantize: 'int8' }],
    ['ERR_INVALID_ARG_VALUE', { quantize: 'static' }],
    ['ERR_OUT_OF_RANGE', { prune: { amount: 1.5 } }],
    ['ERR_OUT_OF_RANGE', { prune: { amount: 0.5, rounds: 0 } }],
    ['ERR_INVALID_ARG_TYPE', { prune: { amount: '0.5' } }],
    ['ERR_INVALID_ARG_TYPE', { prune: { amount: 0.5 }, fineTune: true }],
    ['ERR_UNKNOWN_ARGUMENT', { prune: { amuont: 0.5 } }],
    ['ERR_UNKNOWN_ARGUMENT', { quantise: 'dynamic' }],
    ['ERR_NO_LAYER', { prune: { amount: 0.5, layers: 'nope' } }],
  ])('%s: %o', async (code, options) => {
    using model = load('mlp');
    await expect(optimize(model, options as never)).rejects.toMatchObject({ code });
  });

  it('takes a ScriptModule alone', async () => {
    await expect(optimize({} as never, { shrink: true })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    expect(caught(() => prune.sparsity(null as never)).code).toBe('ERR_INVALID_ARG_TYPE');
  });
});
