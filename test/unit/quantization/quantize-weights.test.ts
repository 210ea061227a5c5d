import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  ones,
  type QuantizationResult,
  type QuantizeWeightsOptions,
  quantizeWeights,
  quantizeWeightsSync,
  randn,
  type ScriptModule,
  type Tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';

type Mlp = ScriptModule;
const mlp = (): Mlp => loadModuleSync(fixture('mlp'));
const apart = (a: Tensor, b: Tensor): number => Number(a.sub(b).abs().max().item());
const bytes = (model: Mlp): number => model.toBytesSync().byteLength;

/** One linear layer of the size given. */
function linear(rows: number, columns: number, weight: Tensor = randn([rows, columns])): Mlp {
  return jit.compile(
    'def forward(self, x: Tensor) -> Tensor:\n  return torch.linear(x, self.w)\n',
    {
      parameters: { w: weight },
    },
  ) as never;
}

describe('quantizeWeights', () => {
  it('gives a module of its own, nearly the same, and says what became of each layer', async () => {
    using model = mlp();
    const x = randn([5, 16]);
    using result = await quantizeWeights(model);
    expectTypeOf(result).toEqualTypeOf<QuantizationResult>();
    expect(result.quantized).toEqual([
      { name: 'fc1', kind: 'linear', dtype: 'int8' },
      { name: 'fc2', kind: 'linear', dtype: 'int8' },
    ]);
    expect(result.skipped).toEqual([]);
    expect(apart(await result.module.forward(x), model.forwardSync(x))).toBeLessThan(0.02);
    expect([...model.stateDict().keys()]).toContain('fc1.weight');
    expect(result.module.stateDict().get('fc1_weight')?.dtype).toBe('int8');
  });

  it('does the same on this thread', () => {
    using model = mlp();
    const x = randn([5, 16]);
    using result = quantizeWeightsSync(model, { linear: 'int4', groupSize: 8 });
    expect(result.quantized.map(({ dtype }) => dtype)).toEqual(['int4', 'int4']);
    expect(result.module.stateDict().get('fc1_weight_scale')?.shape).toEqual([16, 2, 1]);
    expect(apart(result.module.forwardSync(x), model.forwardSync(x))).toBeLessThan(0.3);
  });

  it('changes the layers selected', async () => {
    using model = mlp();
    using result = await quantizeWeights(model, { layers: 'fc2' });
    expect(result.quantized.map(({ name }) => name)).toEqual(['fc2']);
    expect(result.skipped).toEqual([
      { name: 'fc1', kind: 'linear', reason: 'it was not selected' },
    ]);
    expect(await rejected(quantizeWeights(model, { layers: 'fc3' }))).toMatchObject({
      code: 'ERR_NO_LAYER',
    });
  });

  it('says why a layer stays as it is', () => {
    using conv = loadModuleSync(fixture('resnet'));
    using result = quantizeWeightsSync(conv);
    expect(result.quantized.map(({ kind }) => kind)).toEqual(['linear']);
    expect(new Set(result.skipped.map(({ reason }) => reason))).toEqual(
      new Set(['only weights of linear layers and embeddings are stored in fewer bits']),
    );
    using model = mlp();
    using none = quantizeWeightsSync(model, { linear: false });
    expect(none.skipped.map(({ reason }) => reason)).toEqual([
      'linear is false',
      'linear is false',
    ]);
    using broken = linear(2, 2, ones([2, 2]).mul(Number.POSITIVE_INFINITY));
    using refused = quantizeWeightsSync(broken);
    expect(refused.skipped[0]?.reason).toContain('not finite');
    using twice = quantizeWeightsSync(quantizeWeightsSync(model).module);
    expect(twice.skipped[0]?.reason).toBe('its weight is computed when it runs');
  });

  it.each(['int8', 'int4'] as const)('takes less of a file, frozen or not: %s', async (format) => {
    using model = linear(128, 256);
    using result = await quantizeWeights(model, { linear: format });
    const most = 128 * 256 * (format === 'int8' ? 1.05 : 0.65) + 6000;
    expect(bytes(result.module)).toBeLessThan(most);
    using copy = loadModuleSync(result.module.toBytesSync());
    using frozen = jit.freezeSync(copy);
    expect(bytes(frozen)).toBeLessThan(most);
    using optimized = jit.optimizeForInferenceSync(copy);
    expect(bytes(optimized)).toBeLessThan(most);
    const x = randn([3, 256]);
    const y = result.module.forwardSync(x);
    for (const other of [copy, frozen, optimized]) {
      expect(apart(other.forwardSync(x), y)).toBeLessThan(1e-4);
    }
  });

  it('is loaded by the lite interpreter, and in other dtypes', async () => {
    using model = linear(24, 40);
    const x = randn([3, 40]);
    for (const format of ['int8', 'int4'] as const) {
      using result = quantizeWeightsSync(model, { linear: format });
      const file = `${scratchFolder()}/small.ptl`;
      await result.module.saveLite(file);
      using lite = await loadModule(file, { format: 'lite' });
      expect(apart(lite.forwardSync(x), result.module.forwardSync(x))).toBe(0);
    }
    for (const dtype of ['float16', 'bfloat16', 'float64'] as const) {
      using other = await linear(24, 40).to(dtype);
      using result = quantizeWeightsSync(other);
      const y = result.module.forwardSync(x.to(dtype));
      expect(y.dtype).toBe(dtype);
      expect(apart(y.to('float32'), other.forwardSync(x.to(dtype)).to('float32'))).toBeLessThan(
        0.5,
      );
    }
  });

  it.each([
    [1, 1],
    [3, 7],
    [2, 33],
    [5, 64],
  ])('stores int4 rows of any length: %i × %i', (rows, columns) => {
    using model = linear(rows, columns);
    using result = quantizeWeightsSync(model, { linear: 'int4' });
    const x = randn([columns]);
    expect(result.module.forwardSync(x).shape).toEqual([rows]);
    expect(apart(result.module.forwardSync(x), model.forwardSync(x))).toBeLessThan(columns / 4);
  });

  it('stores rows of zeros and of equal values as they are', () => {
    using model = linear(2, 4, ones([2, 4]).mul(0));
    using result = quantizeWeightsSync(model);
    expect(result.module.forwardSync(ones([4])).toArray()).toEqual([0, 0]);
  });

  it('says what is wrong with options', async () => {
    using model = mlp();
    const given = (options: unknown) => () =>
      quantizeWeightsSync(model, options as QuantizeWeightsOptions);
    expect(caught(given({ linear: 'int2' })).message).toBe(
      "quantizeWeightsSync: linear: expected 'int8', 'int4', false, got string 'int2'",
    );
    expect(caught(given({ embedding: true })).code).toBe('ERR_INVALID_ARG_VALUE');
    expect(caught(given({ linear: false, embedding: false })).code).toBe('ERR_INVALID_ARG_VALUE');
    for (const groupSize of [0, 3, -2, 2.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(caught(given({ groupSize })).code, String(groupSize)).toBe('ERR_OUT_OF_RANGE');
    }
    expect(caught(given({ groupSize: '32' })).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(given({ group: 32 })).code).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(caught(given({ signal: new AbortController().signal })).code).toBe(
      'ERR_UNKNOWN_ARGUMENT',
    );
    const gone = mlp();
    gone.dispose();
    expect((await rejected(quantizeWeights(gone))).code).toBe('ERR_DISPOSED');
    expect((await rejected(quantizeWeights({} as never))).code).toBe('ERR_INVALID_ARG_TYPE');
    const reason = new Error('enough');
    const promise = quantizeWeights(model, { signal: AbortSignal.abort(reason) });
    expect((await rejected(promise)).error).toBe(reason);
  });
});
