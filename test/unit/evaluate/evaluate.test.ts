import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type Evaluation,
  type EvaluationBatch,
  evaluate,
  evaluateSync,
  fromBuffer,
  loadModule,
  loadModuleSync,
  memoryUsage,
  ones,
  randn,
  type Tensor,
  tensor,
  tensorSchema,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { caught, rejected } from '../caught.js';
import { model } from '../compare/models.js';

// Scores for what is given: the model is told what to answer.
const identity = () => model('return x');
const scores = (...rows: number[][]): Tensor => tensor(rows) as Tensor;

describe('evaluate', () => {
  it('measures the accuracy of the digits example as its training did', async () => {
    const { readTestSplit } = await import('../../../examples/digits/images.mjs');
    const { count, pixels, labels, accuracy } = readTestSplit();
    const file = new URL('../../../examples/digits/digits-scripted.pt', import.meta.url);
    using digits = await loadModule(file);
    const batches: EvaluationBatch[] = [];
    for (let at = 0; at < count; at += 100) {
      const rows = Math.min(100, count - at);
      const images = pixels.slice(at * 64, (at + rows) * 64);
      batches.push([fromBuffer(images, { shape: [rows, 8, 8] }), labels.slice(at, at + rows)]);
    }
    const found = await evaluate(digits, batches, 'accuracy');
    expectTypeOf(found).toEqualTypeOf<Evaluation>();
    expect(found).toMatchObject({ metric: 'accuracy', samples: count, higherIsBetter: true });
    expect(found.value).toBeCloseTo(accuracy, 3);
    expect(evaluateSync(digits, batches, 'accuracy')).toEqual(found);
    const lite = path.join(scratchFolder(), 'digits.ptl');
    await digits.saveLite(lite);
    using mobile = await loadModule(lite, { format: 'lite' });
    expect(await evaluate(mobile, batches, 'accuracy')).toEqual(found);
  });

  it('weighs batches by their samples', async () => {
    using same = identity();
    const batches: EvaluationBatch[] = [
      [scores([1, 0], [1, 0], [0, 1]), [0, 0, 1]],
      [scores([1, 0]), [1]],
    ];
    expect(await evaluate(same, batches, 'accuracy')).toEqual({
      metric: 'accuracy',
      value: 0.75,
      samples: 4,
      batches: 2,
      higherIsBetter: true,
    });
  });

  it('knows metrics by their names', () => {
    using same = identity();
    const six = scores([6, 5, 4, 3, 2, 1], [6, 5, 4, 3, 2, 1]);
    const top5 = evaluateSync(same, [[six, tensor([4, 5])]], 'top5Accuracy');
    expect(top5.value).toBe(0.5);
    const mse = evaluateSync(same, [[scores([1, 2]), scores([1, 4])]], 'mse');
    expect(mse).toMatchObject({ value: 2, samples: 1, higherIsBetter: false });
    const pair: EvaluationBatch = [scores([1, 0], [1, 1]), scores([2, 0], [1, -1])];
    expect(evaluateSync(same, [pair], 'cosineSimilarity').value).toBe(0.5);
  });

  it('takes scores of images and targets of any integer dtype', () => {
    using same = identity();
    const maps = tensor([[[[1, 0]], [[0, 1]]]]);
    const target = tensor([[[0, 1]]], { dtype: 'int32' });
    expect(evaluateSync(same, [[maps, target]], 'accuracy').value).toBe(1);
    expect(evaluateSync(same, [[scores([0, 1]), [1n]]], 'accuracy').value).toBe(1);
  });

  it('takes functions, and reads generators one batch at a time', async () => {
    using mlp = await loadModule(fixture('mlp'));
    let read = 0;
    async function* made() {
      for (; read < 3; read++) yield [[ones([2, 16])], { wanted: read }] as const;
    }
    const seen: number[] = [];
    const steps: unknown[] = [];
    const found = await evaluate(
      mlp,
      made(),
      (output, target) => {
        expectTypeOf(output).toEqualTypeOf<Tensor>();
        seen.push(target.wanted);
        expect(read).toBe(target.wanted);
        return output.mul(0).add(target.wanted).mean().item() as number;
      },
      { onProgress: (step) => steps.push(step), higherIsBetter: false },
    );
    expect(found).toMatchObject({ value: 1, samples: 6, batches: 3, higherIsBetter: false });
    expect(seen).toEqual([0, 1, 2]);
    expect(steps).toEqual([1, 2, 3].map((done) => ({ done, total: null })));
  });

  it('keeps no tensors, also where the metric throws', async () => {
    using mlp = await loadModule(fixture('mlp'));
    const batches = [[ones([2, 16]), ones([2, 4])]] as const;
    const before = memoryUsage().tensors;
    await evaluate(mlp, batches, 'mse');
    const broken = evaluate(mlp, batches, (output) => {
      output.add(1);
      throw new Error('mine');
    });
    expect((await rejected(broken)).message).toBe('mine');
    expect(memoryUsage().tensors).toBe(before);
  });

  it('runs other methods, and ends with its signal', async () => {
    using digits = loadModuleSync(
      new URL('../../../examples/digits/digits-scripted.pt', import.meta.url),
    );
    const batches = [[randn([3, 8, 8]).abs().clamp(0, 1), [0, 1, 2]]] as const;
    const found = await evaluate(digits, batches as never, 'top5Accuracy', {
      method: 'probabilities',
    });
    expect(found.samples).toBe(3);
    const reason = new Error('enough');
    const stop = new AbortController();
    const ended = evaluate(digits, batches as never, 'accuracy', {
      signal: stop.signal,
      method: 'probabilities',
    });
    stop.abort(reason);
    expect((await rejected(ended)).error).toBe(reason);
  });

  it('takes modules with signatures, whose outputs metrics know', async () => {
    const signature = {
      inputs: z.tuple([tensorSchema({ dtype: 'float32', shape: ['batch', 16] })]),
      output: tensorSchema({ dtype: 'float32', shape: ['batch', 4] }),
    } as const;
    using signed = await loadModule(fixture('mlp'), { signature });
    const batches = [[ones([2, 16]), 3]] as const;
    const found = await evaluate(signed, batches, (output, target) => {
      expectTypeOf(output).toEqualTypeOf<Tensor<'float32'>>();
      expectTypeOf(target).toEqualTypeOf<3>();
      return output.shape[1]! - target;
    });
    expect(found).toMatchObject({ value: 1, samples: 2 });
  });

  it('says what is wrong with models, batches and metrics', async () => {
    using same = identity();
    const codes = async (batches: unknown, metric: unknown, options?: unknown) => {
      const { code, message } = await rejected(
        evaluate(same, batches as never, metric as never, options as never),
      );
      return `${code} ${message}`;
    };
    expect(await codes([], 'accuracy')).toMatch(/^ERR_INVALID_ARG_VALUE .*there are none/);
    expect(await codes(ones([1]), 'accuracy')).toMatch(/^ERR_INVALID_ARG_TYPE evaluate: batches:/);
    expect(await codes([[ones([1])]], 'mse')).toMatch(/batches\[0\]: expected a pair/);
    expect(await codes([[1, 2]], 'mse')).toMatch(/batches\[0\]\[0\]: expected a Tensor or a list/);
    expect(await codes([], 'f1')).toMatch(/^ERR_INVALID_ARG_VALUE .*'accuracy', .*got string 'f1'/);
    const pair = [[scores([1, 0]), [0]]];
    expect(await codes(pair, () => 'x')).toMatch(/expected it to give a number, got string 'x'/);
    expect(await codes(pair, async () => 1)).toMatch(/^ERR_TIDY_PROMISE/);
    expect(await codes(pair, 'accuracy', { batch: 1 })).toMatch(/^ERR_UNKNOWN_ARGUMENT .*'batch'/);
    expect(await codes([[scores([1, 0]), [0, 1]]], 'accuracy')).toMatch(
      /^ERR_SHAPE_MISMATCH metric 'accuracy': .* got \[1, 2\] and \[2\]/,
    );
    expect(await codes([[ones([2]), 'x']], 'mse')).toMatch(/expected the target to be a Tensor/);
    const { code } = caught(() => evaluateSync({} as never, [], 'mse'));
    expect(code).toBe('ERR_INVALID_ARG_TYPE');
  });
});
