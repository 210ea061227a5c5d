import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

/**
 * A range of indices along a dimension; made by `slice`.
 *
 * @example
 * ```ts
 * import { Slice, slice } from 'libtorch-node';
 *
 * console.log(slice(2) instanceof Slice, slice(2).stop); // true 2
 * ```
 */
export class Slice {
  /** The first index; null is the beginning. */
  readonly start: number | null;
  /** The index after the last; null is the end. */
  readonly stop: number | null;
  readonly step: number;

  /** @internal */
  constructor(start: number | null, stop: number | null, step: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

function bound(name: string, value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (Number.isSafeInteger(value)) return value as number;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `slice: expected ${name} to be an integer or null, got ${describe(value)}`,
  );
}

/**
 * A range of indices for `index`: Python's `start:stop:step`. With one argument this is the end, as
 * Python's `slice(2)`; negative indices count from the end.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for what is no integer; RangeError `ERR_OUT_OF_RANGE` for
 * a step below 1, which PyTorch refuses too.
 * @example
 * ```ts
 * import { arange, slice } from 'libtorch-node';
 *
 * const x = arange(6);
 * console.log(x.index([slice(2)]).toArray()); // [0, 1]
 * console.log(x.index([slice(1, null, 2)]).toArray()); // [1, 3, 5]
 * ```
 */
export function slice(stop?: number | null): Slice;
export function slice(start: number | null, stop: number | null, step?: number | null): Slice;
export function slice(...args: (number | null | undefined)[]): Slice {
  const [start, stop, step] = args.length < 2 ? [null, args[0], null] : args;
  const stride = bound('step', step) ?? 1;
  if (stride < 1) {
    throw makeError('ERR_OUT_OF_RANGE', `slice: expected step to be at least 1, got ${stride}`);
  }
  return new Slice(bound('start', start), bound('stop', stop), stride);
}
