import { describe, expect, it } from 'vitest';
import {
  type EvaluationBatch,
  type EvaluationData,
  memoryUsage,
  type Tensor,
  zeros,
} from '../../../src/index.js';
import { quantizeWithin } from '../../../src/quantization/accuracy-limit.js';
import {
  type AccuracyLimitOptions,
  resolveLimit,
} from '../../../src/quantization/accuracy-options.js';
import type { QuantizeLayers } from '../../../src/quantization/one-by-one.js';
import type { QuantizationResult } from '../../../src/quantization/result.js';
import { caught, rejected } from '../caught.js';
import { type AnyModule, model } from '../compare/models.js';

const shift = (by: number): AnyModule => {
  const module = model('return x + self.w', 'Tensor', [by]);
  module.eval();
  return module;
};
const rows = 4;
const batches: EvaluationBatch[] = [[zeros([rows]), zeros([rows])]];
/** How far the output is from zero, less being better. */
const distance = (output: Tensor) => output.abs().mean().item() as number;
const data: EvaluationData = { batches, metric: distance as never, higherIsBetter: false };

/** Layers that each shift the output when they are quantized, by tenths. */
class Fake {
  readonly asked: string[] = [];
  readonly made: AnyModule[] = [];
  readonly #costs: Readonly<Record<string, number>>;

  constructor(costs: Readonly<Record<string, number>>) {
    this.#costs = costs;
  }

  readonly quantize: QuantizeLayers<never[], unknown> = async (layers) => {
    const all = Object.keys(this.#costs).map((name) => ({ name, kind: 'linear' }));
    const chosen = layers === undefined ? all.slice(0, -1) : all.filter(layers);
    this.asked.push(chosen.map(({ name }) => name).join(''));
    const module = shift(chosen.reduce((sum, { name }) => sum + this.#costs[name]! / 10, 0));
    this.made.push(module);
    const result: QuantizationResult = {
      module: module as never,
      quantized: chosen.map((layer) => ({ ...layer, dtype: 'qint8' })),
      skipped: all
        .filter((layer) => !chosen.includes(layer))
        .map((layer) => ({ ...layer, reason: 'it was not selected' })),
      accuracy: null,
      [Symbol.dispose]: () => module.dispose(),
    };
    return result as never;
  };

  async within(options: AccuracyLimitOptions, source = shift(0), signal?: AbortSignal) {
    const limit = resolveLimit('quantize', { evaluation: data, ...options })!;
    const made = await quantizeWithin('quantize', source as never, limit, this.quantize, signal);
    return made as unknown as QuantizationResult;
  }
}

describe('a limit of accuracy', () => {
  it('measures what quantizing costs, and gives the result where that is allowed', async () => {
    const fake = new Fake({ a: 1, b: 2, z: 9 });
    using result = await fake.within({ maxAccuracyDrop: 0.31 });
    expect(fake.asked).toEqual(['ab']);
    expect(result.accuracy).toMatchObject({
      metric: 'distance',
      higherIsBetter: false,
      samples: rows,
      reference: 0,
    });
    expect(result.accuracy?.drop).toBeCloseTo(0.3, 5);
    using measured = await fake.within({});
    expect(measured.accuracy?.other).toBeCloseTo(0.3, 5);
  });

  it('refuses with the figures, and keeps nothing', async () => {
    const fake = new Fake({ a: 1, b: 2, z: 9 });
    const before = memoryUsage().tensors;
    const { code, message } = await rejected(fake.within({ maxAccuracyDrop: 0.2 }));
    expect(code).toBe('ERR_ACCURACY_DROP');
    expect(message).toBe(
      'quantize: distance goes from 0 to 0.3, worse by 0.3 where maxAccuracyDrop is 0.2; ' +
        "whenExceeded: 'keepFloat' leaves the layers in float that cost most",
    );
    expect(fake.made.every(({ isDisposed }) => isDisposed)).toBe(true);
    // Each module has a weight, made here.
    expect(memoryUsage().tensors - before).toBeLessThanOrEqual(fake.made.length + 1);
  });

  it('leaves the fewest layers in float, those that cost most, and says why', async () => {
    const costs = { a: 1, b: 20, c: 2, d: 10, e: 1, f: 1, z: 9 };
    const fake = new Fake(costs);
    using result = await fake.within({ maxAccuracyDrop: 0.55, whenExceeded: 'keepFloat' });
    expect(result.quantized.map(({ name }) => name)).toEqual(['a', 'c', 'e', 'f']);
    expect(result.accuracy?.drop).toBeCloseTo(0.5, 5);
    const reasons = Object.fromEntries(result.skipped.map(({ name, reason }) => [name, reason]));
    expect(Object.keys(reasons)).toEqual(['b', 'd', 'z']);
    expect(reasons.b).toBe(
      'it stays in float for maxAccuracyDrop: alone, it makes distance worse by 2, ' +
        'at -Infinity dB of output to noise',
    );
    expect(reasons.z).toBe('it was not selected');
    // All; each alone; then by halves.
    expect(fake.asked).toEqual(['abcdef', 'a', 'b', 'c', 'd', 'e', 'f', 'aef', 'acdef', 'acef']);
    expect(fake.made.filter(({ isDisposed }) => !isDisposed)).toHaveLength(1);
  });

  it('refuses where even one layer is too much', async () => {
    const fake = new Fake({ a: 5, b: 6, z: 1 });
    const options = { maxAccuracyDrop: 0.1, whenExceeded: 'keepFloat' } as const;
    const { code, message } = await rejected(fake.within(options));
    expect([code, message]).toEqual([
      'ERR_ACCURACY_DROP',
      expect.stringMatching(/worse by 1\.1 .*; no layer alone costs less$/),
    ]);
    expect(fake.made.every(({ isDisposed }) => isDisposed)).toBe(true);
  });

  it('reads the batches of a generator once', async () => {
    let made = 0;
    function* generated(): Generator<EvaluationBatch> {
      for (; made < 3; made++) yield batches[0]!;
    }
    const fake = new Fake({ a: 1, b: 20, z: 1 });
    using result = await fake.within({
      maxAccuracyDrop: 0.2,
      whenExceeded: 'keepFloat',
      evaluation: { ...data, batches: generated() },
    });
    expect([made, result.accuracy?.samples]).toEqual([3, 3 * rows]);
  });

  it('refuses where the metric has no value', async () => {
    const metric = (output: Tensor) => (output.abs().max().item() === 0 ? 0 : Number.NaN);
    const evaluation = { batches, metric: metric as never };
    const { code } = await rejected(
      new Fake({ a: 1, z: 1 }).within({ evaluation, maxAccuracyDrop: 1 }),
    );
    expect(code).toBe('ERR_ACCURACY_DROP');
    using measured = await new Fake({ a: 1, z: 1 }).within({ evaluation });
    expect(measured.accuracy?.drop).toBeNaN();
  });

  it.each([2, 3, 6])('ends with its signal in evaluation %i, and keeps nothing', async (when) => {
    const fake = new Fake({ a: 5, b: 6, c: 7, z: 1 });
    const stop = new AbortController();
    const reason = new Error('enough');
    let calls = 0;
    const metric = (output: Tensor) => {
      if (++calls === 2 * when) stop.abort(reason);
      return distance(output);
    };
    const evaluation = { ...data, metric: metric as never, batches: [...batches, ...batches] };
    const options = { evaluation, maxAccuracyDrop: 0.1, whenExceeded: 'keepFloat' } as const;
    const ended = fake.within(options, shift(0), stop.signal);
    expect((await rejected(ended)).error).toBe(reason);
    expect(fake.made.every(({ isDisposed }) => isDisposed)).toBe(true);
  });

  it('wants evaluation mode', async () => {
    const source = shift(0).train();
    const { code } = await rejected(new Fake({ a: 1, z: 1 }).within({}, source));
    expect(code).toBe('ERR_TRAINING');
  });

  it('checks its options', () => {
    const of = (options: unknown) => {
      const { code, message } = caught(() => resolveLimit('q', options as never));
      return `${code} ${message}`;
    };
    expect(resolveLimit('q', {})).toBeNull();
    expect(of({ maxAccuracyDrop: 0.1 })).toBe(
      'ERR_MISSING_ARGUMENT q: maxAccuracyDrop needs evaluation: { batches, metric }',
    );
    expect(of({ evaluation: data, maxAccuracyDrop: -1 })).toMatch(/^ERR_OUT_OF_RANGE .*got -1/);
    expect(of({ evaluation: data, maxAccuracyDrop: '1' })).toMatch(/^ERR_INVALID_ARG_TYPE/);
    expect(of({ evaluation: data, whenExceeded: 'x' })).toMatch(/'refuse' or 'keepFloat'/);
    expect(of({ evaluation: { batches } })).toMatch(/^ERR_INVALID_ARG_TYPE q: evaluation/);
  });
});
