import { makeError } from '../make-error.js';
import type { Float } from '../module/float.js';
import { describe } from '../tensor/describe.js';

const floatValue = Symbol.for('libtorch-node.float');

/**
 * How much to prune, as in Python: an integer is a number of weights or channels, a fraction a part of
 * them. `float(1)` is the fraction 1, which is all.
 */
export type PruningAmount = number | Float;

/** An amount as the addon takes it. @internal */
export interface ResolvedAmount {
  readonly amount: number;
  readonly counts: boolean;
}

/** The amount checked, with PyTorch's limits. @internal */
export function checkAmount(where: string, value: unknown): ResolvedAmount {
  const forced = (value as Record<symbol, unknown> | null | undefined)?.[floatValue];
  const amount = forced ?? value;
  if (typeof amount !== 'number') {
    const got = describe(value);
    throw makeError('ERR_INVALID_ARG_TYPE', `${where}: amount: expected a number, got ${got}`);
  }
  const counts = forced === undefined && Number.isInteger(amount);
  const fits = counts ? Number.isSafeInteger(amount) && amount >= 0 : amount >= 0 && amount <= 1;
  if (fits) return { amount, counts };
  throw makeError(
    'ERR_OUT_OF_RANGE',
    `${where}: amount: expected a fraction from 0 to 1 or a non-negative integer, got ${amount}`,
  );
}
