import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  type EvaluationBatch,
  type LayerSensitivity,
  memoryUsage,
  quantizeDynamic,
  quantizeStatic,
  quantizeWeights,
  type ScriptModule,
  sensitivity,
  type Tensor,
} from '../../../src/index.js';
import { rejected } from '../caught.js';
import { fragileModel, ownAnswers } from './fragile.js';

describe('layer by layer', () => {
  let model: ScriptModule;
  let batches: EvaluationBatch[];
  beforeAll(() => {
    model = fragileModel();
    batches = ownAnswers(model);
  });

  it.each(['dynamic', 'static', 'weights'] as const)(
    'sensitivity finds what 8 bits cost, most costly first, by %s',
    async (method) => {
      const found = await sensitivity(model, batches, { method, metric: 'accuracy' });
      expectTypeOf(found).toEqualTypeOf<LayerSensitivity[]>();
      expect(found.map(({ name }) => name).sort()).toEqual(['first', 'fragile', 'last']);
      expect(found[0]).toMatchObject({ name: 'fragile', kind: 'linear' });
      expect(found[0]!.drop).toBeGreaterThan(0.3);
      expect(found[0]!.metric).toBeCloseTo(1 - found[0]!.drop!, 10);
      expect(found[0]!.errors.sqnr).toBeLessThan(10);
      for (const { drop, errors } of found.slice(1)) {
        expect(drop).toBeLessThan(0.1);
        expect(errors.sqnr).toBeGreaterThan(20);
        expect(errors.elements).toBe(3 * 64 * 8);
      }
    },
  );

  it('needs no metric: noise in the output decides then', async () => {
    const steps: unknown[] = [];
    const found = await sensitivity(model, batches, {
      layers: ['first', 'fragile'],
      onProgress: (step) => steps.push(step),
    });
    expect(found.map(({ name, drop, metric }) => [name, drop, metric])).toEqual([
      ['fragile', null, null],
      ['first', null, null],
    ]);
    expect(steps).toEqual([1, 2].map((done) => ({ done, total: 2 })));
  });

  it('takes a function that quantizes, and a generator, and keeps nothing', async () => {
    const before = memoryUsage().tensors;
    const asked: string[] = [];
    const found = await sensitivity(model, batches.values(), {
      metric: (output: Tensor, target: Tensor) => {
        return output.argmax(1).eq(target).to('float32').mean().item() as number;
      },
      method: (layers) => {
        asked.push(layers === undefined ? 'all' : 'some');
        return quantizeWeights(model, { linear: 'int4', layers });
      },
    });
    expect(found.map(({ dtype }) => dtype)).toEqual(['int4', 'int4', 'int4']);
    expect(asked).toEqual(['all', 'some', 'some', 'some']);
    expect(memoryUsage().tensors).toBeLessThanOrEqual(before);
  });

  it('says what is wrong with what it is given', async () => {
    const of = async (given: unknown, data: unknown, options?: unknown) => {
      const { code, message } = await rejected(
        sensitivity(given as never, data as never, options as never),
      );
      return `${code} ${message}`;
    };
    expect(await of({}, batches)).toMatch(/^ERR_INVALID_ARG_TYPE sensitivity/);
    expect(await of(model, [])).toMatch(/^ERR_INVALID_ARG_VALUE sensitivity: batches: there are/);
    expect(await of(model, batches, { method: 'x' })).toMatch(/^ERR_INVALID_ARG_\w+ sensitivity/);
    expect(await of(model, batches, { metric: 'x' })).toMatch(/^ERR_INVALID_ARG_VALUE/);
    expect(await of(model, batches, { layers: 'no' })).toMatch(/^ERR_NO_LAYER/);
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    expect((await rejected(sensitivity(model, batches, { signal }))).error).toBe(reason);
    const training = fragileModel().train();
    expect(await of(training, batches)).toMatch(/^ERR_TRAINING/);
  });
});

describe('maxAccuracyDrop', () => {
  const limit = { maxAccuracyDrop: 0.1, whenExceeded: 'keepFloat' } as const;
  let model: ScriptModule;
  let batches: EvaluationBatch[];
  beforeAll(() => {
    model = fragileModel();
    batches = ownAnswers(model);
  });

  const inputs = function* () {
    for (const [x] of batches) yield x as Tensor;
  };
  const methods = {
    quantizeDynamic: (options: object) => quantizeDynamic(model, options),
    quantizeStatic: (options: object) => quantizeStatic(model, inputs(), options),
    quantizeWeights: (options: object) => quantizeWeights(model, options),
  };

  for (const [name, quantize] of Object.entries(methods)) {
    it(`of ${name} keeps the layer in float that costs most, and says why`, async () => {
      const evaluation = { batches, metric: 'accuracy' } as const;
      using result = await quantize({ ...limit, evaluation });
      expect(result.quantized.map(({ name }) => name)).toEqual(['first', 'last']);
      expect(result.skipped).toMatchObject([{ name: 'fragile', kind: 'linear' }]);
      expect(result.skipped[0]!.reason).toMatch(
        /^it stays in float for maxAccuracyDrop: alone, it makes accuracy worse by 0\.\d+, at /,
      );
      expect(result.accuracy).toMatchObject({ metric: 'accuracy', reference: 1, samples: 192 });
      expect(result.accuracy!.drop).toBeLessThanOrEqual(0.1);
    });

    it(`of ${name} refuses, and measures where there is no limit`, async () => {
      const evaluation = { batches, metric: 'accuracy' } as const;
      const { code, message } = await rejected(quantize({ maxAccuracyDrop: 0.1, evaluation }));
      expect(code).toBe('ERR_ACCURACY_DROP');
      expect(message).toMatch(
        new RegExp(`^${name}: accuracy goes from 1 to 0\\.\\d+, worse by 0\\.\\d+ where `),
      );
      using all = await quantize({ evaluation });
      expect(all.accuracy!.drop).toBeGreaterThan(0.3);
      using chosen = await quantize({ evaluation, maxAccuracyDrop: 0.1, layers: ['first'] });
      expect(chosen.skipped.map(({ reason }) => reason)).toContain('it was not selected');
    });
  }
});
