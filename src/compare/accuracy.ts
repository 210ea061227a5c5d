import { batchCount, partsOfBatch } from '../evaluate/batches.js';
import { dropOf, type Evaluation, MetricMean } from '../evaluate/metric-mean.js';
import { makeError } from '../make-error.js';
import { disposeValue, type ModuleInput } from '../module/value.js';
import type { ResolvedCompareOptions } from './options.js';
import type { Subject } from './subject.js';

/** A metric of both modules, on data that says what is right. */
export interface AccuracyComparison {
  readonly metric: string;
  readonly higherIsBetter: boolean;
  readonly samples: number;
  readonly reference: number;
  readonly other: number;
  /** How much worse the other is, in the unit of the metric; below 0 where it is better. */
  readonly drop: number;
}

type Arguments = readonly ModuleInput[];

/** Evaluates modules on the same data, which is read once; null without any. */
export async function compareAccuracy(
  subjects: readonly Subject[],
  argumentsOfEach: (given: Arguments) => readonly Arguments[],
  options: ResolvedCompareOptions,
): Promise<AccuracyComparison | null> {
  const { evaluation, report, signal } = options;
  if (evaluation === null) return null;
  const { batches, metric } = evaluation;
  const means = subjects.map(() => new MetricMean(metric));
  const total = batchCount(batches);
  let done = 0;
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const { args: given, target } = partsOfBatch('compareModules: evaluation', batch, done);
    const where = `evaluation.batches[${done}]`;
    const args = argumentsOfEach(given);
    try {
      for (const [at, subject] of subjects.entries()) {
        const output = await subject.run(args[at]!, where, options);
        try {
          means[at]!.add(output, target);
        } finally {
          disposeValue(output);
        }
      }
    } finally {
      disposeValue(args);
    }
    report({ phase: 'evaluation', done: ++done, total });
  }
  if (done === 0) {
    throw makeError('ERR_INVALID_ARG_VALUE', 'compareModules: evaluation.batches: there are none');
  }
  const [reference, other] = means.map(({ result }) => result) as [Evaluation, Evaluation];
  return {
    metric: reference.metric,
    higherIsBetter: reference.higherIsBetter,
    samples: reference.samples,
    reference: reference.value,
    other: other.value,
    drop: dropOf(reference, other),
  };
}
