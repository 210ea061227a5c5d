import { type EvaluationData, type ResolvedData, resolveData } from '../evaluate/data.js';
import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

/** Options of quantizing that measure, and limit, what it costs. */
export interface AccuracyLimitOptions {
  /** Data and a metric by which the float and the quantized module are judged. */
  readonly evaluation?: EvaluationData | undefined;
  /** The most that the metric may get worse, in its unit: 0.02 for two points of accuracy. */
  readonly maxAccuracyDrop?: number | undefined;
  /**
   * What happens where it gets worse than that: `'refuse'`, unless given, rejects with
   * ERR_ACCURACY_DROP; `'keepFloat'` leaves the layers in float that cost most, until it does not.
   * That takes a quantization and an evaluation for each layer.
   */
  readonly whenExceeded?: 'refuse' | 'keepFloat' | undefined;
}

/** Names of these options. @internal */
export const accuracyOptionNames = ['evaluation', 'maxAccuracyDrop', 'whenExceeded'] as const;

/** What the options come to. @internal */
export interface AccuracyLimit {
  readonly data: ResolvedData;
  readonly mostDrop: number;
  readonly keepsFloat: boolean;
}

/** The options, checked; null without evaluation data. @internal */
export function resolveLimit(
  where: string,
  options: AccuracyLimitOptions = {},
): AccuracyLimit | null {
  const { evaluation, maxAccuracyDrop: most, whenExceeded } = options;
  if (most !== undefined && !(typeof most === 'number' && most >= 0)) {
    const code = typeof most === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
    const expected = `expected a number of at least 0, got ${describe(most)}`;
    throw makeError(code, `${where}: maxAccuracyDrop: ${expected}`);
  }
  if (whenExceeded !== undefined && whenExceeded !== 'refuse' && whenExceeded !== 'keepFloat') {
    const expected = `expected 'refuse' or 'keepFloat', got ${describe(whenExceeded)}`;
    throw makeError('ERR_INVALID_ARG_VALUE', `${where}: whenExceeded: ${expected}`);
  }
  if (evaluation !== undefined) {
    return {
      data: resolveData(where, evaluation),
      mostDrop: most ?? Number.POSITIVE_INFINITY,
      keepsFloat: whenExceeded === 'keepFloat',
    };
  }
  if (most === undefined && whenExceeded === undefined) return null;
  const given = most === undefined ? 'whenExceeded' : 'maxAccuracyDrop';
  const message = `${where}: ${given} needs evaluation: { batches, metric }`;
  throw makeError('ERR_MISSING_ARGUMENT', message);
}
