import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AccuracyComparison,
  type CompareProgress,
  compareModules,
  memoryUsage,
  ones,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { rejected } from '../caught.js';
import { errorsAlone, model } from './models.js';

const scores = tensor([
  [1, 0],
  [0, 1],
]) as Tensor;

describe('compareModules with evaluation data', () => {
  it('says what each reaches, and how much the other loses', async () => {
    using right = model('return x');
    using wrong = model('return x * self.w', 'Tensor', [1, -1]);
    const evaluation = { batches: [[scores, [0, 1]]] as const, metric: 'accuracy' } as const;
    const steps: CompareProgress[] = [];
    const found = await compareModules(right, wrong, [scores], {
      ...errorsAlone,
      evaluation,
      onProgress: (step) => steps.push(step),
    });
    expectTypeOf(found.accuracy).toEqualTypeOf<AccuracyComparison | null>();
    expect(found.accuracy).toEqual({
      metric: 'accuracy',
      higherIsBetter: true,
      samples: 2,
      reference: 1,
      other: 0.5,
      drop: 0.5,
    });
    expect(steps.map(({ phase }) => phase)).toEqual(['outputs', 'evaluation']);
    const back = await compareModules(wrong, right, [scores], { ...errorsAlone, evaluation });
    expect(back.accuracy?.drop).toBe(-0.5);
    const none = await compareModules(right, wrong, [scores], errorsAlone);
    expect(none.accuracy).toBeNull();
  });

  it('counts what grows as lost where less is better, and reads a generator once', async () => {
    using exact = model('return x');
    using off = model('return x * self.w', 'Tensor', [1.5]);
    async function* made() {
      yield [ones([4]), ones([4])] as const;
      yield [ones([2]), ones([2])] as const;
    }
    const before = memoryUsage().tensors;
    const given = [ones([1])];
    const found = await compareModules(exact, off, given, {
      ...errorsAlone,
      evaluation: { batches: made(), metric: 'mse' },
    });
    expect(found.accuracy).toMatchObject({ reference: 0, other: 0.25, drop: 0.25, samples: 6 });
    expect(memoryUsage().tensors).toBeLessThanOrEqual(before + 5);
  });

  it('gives the other its own arguments', async () => {
    using exact = model('return x');
    const found = await compareModules(exact, exact, [scores], {
      ...errorsAlone,
      otherInputs: (args) => args.map((x) => (x as Tensor).mul(2) as Tensor),
      evaluation: { batches: [[ones([3]), ones([3])]], metric: 'mse' },
    });
    expect(found.accuracy).toMatchObject({ reference: 0, other: 1 });
  });

  it('says what is wrong with the data, and where a module fails', async () => {
    using exact = model('return x');
    const of = async (evaluation: unknown) => {
      const options = { ...errorsAlone, evaluation: evaluation as never };
      const { code, message } = await rejected(compareModules(exact, exact, [scores], options));
      return `${code} ${message}`;
    };
    expect(await of(1)).toMatch(/^ERR_INVALID_ARG_TYPE .*evaluation: expected \{ batches, metric/);
    expect(await of({ batches: [], metric: 'mse' })).toMatch(/batches: there are none/);
    expect(await of({ batches: [], metric: 'mse', k: 1 })).toMatch(/^ERR_UNKNOWN_ARGUMENT .*'k'/);
    expect(await of({ batches: [[['x'], 1]], metric: 'mse' })).toMatch(
      /^ERR_\w+ compareModules: reference, evaluation\.batches\[0\]: /,
    );
  });
});
