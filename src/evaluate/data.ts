import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { checkBatches, type EvaluationBatches } from './batches.js';
import { type Metric, type ResolvedMetric, resolveMetric } from './metrics.js';

/** By what a module is judged. */
export interface EvaluationData {
  /** Pairs [inputs, target]; a generator's are collected where they are needed more than once. */
  readonly batches: EvaluationBatches;
  readonly metric: Metric;
  /** For functions as metric: whether more is better; true unless given. */
  readonly higherIsBetter?: boolean | undefined;
}

/** Data with the metric ready to be used. */
export interface ResolvedData {
  readonly batches: EvaluationBatches;
  readonly metric: ResolvedMetric;
}

/** The `evaluation` of an option bag, checked. @internal */
export function resolveData(where: string, data: EvaluationData): ResolvedData {
  const at = `${where}: evaluation`;
  if (typeof data !== 'object' || data === null || !('batches' in data && 'metric' in data)) {
    const message = `${at}: expected { batches, metric }, got ${describe(data)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  const { batches, metric, higherIsBetter, ...more } = data;
  for (const key of Object.keys(more)) {
    throw makeError('ERR_UNKNOWN_ARGUMENT', `${at}: unknown option '${key}'`);
  }
  if (higherIsBetter !== undefined && typeof higherIsBetter !== 'boolean') {
    const message = `${at}: higherIsBetter: expected a boolean, got ${describe(higherIsBetter)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  checkBatches(at, batches);
  return { batches, metric: resolveMetric(at, metric, higherIsBetter) };
}
