import { makeError } from '../../../make-error.js';
import { describe } from '../../../tensor/describe.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';

/** One size for every dimension, or one each. */
export type Sizes = number | readonly number[];

/** Whether the input itself changes. */
export interface InplaceOptions extends Keywords {
  inplace?: boolean | undefined;
}

/** An option that may stand for itself: `softmax(x, 1)` is `softmax(x, { dim: 1 })`. @internal */
export function named<T extends object>(
  where: string,
  value: T | number | null | undefined,
  short: string,
  names: readonly string[],
): Partial<T> {
  if (value === null) return {};
  if (typeof value === 'number') return { [short]: value } as unknown as Partial<T>;
  return checkOptions(where, value, names) ?? {};
}

/** One number for each dimension. @internal */
export function each(count: number, sizes: Sizes): number[] {
  return typeof sizes === 'number' ? new Array<number>(count).fill(sizes) : [...sizes];
}

/** @internal */
export function checkOneOf<T extends string>(
  where: string,
  name: string,
  value: unknown,
  known: readonly T[],
): T {
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `${where}: expected ${name} to be one of ${known.join(', ')}, got ${describe(value)}`,
  );
}

/** Sizes of an output; null keeps the input's. */
export type OutputSizes = number | readonly (number | null)[];

/** Sizes with the input's own where there is none. @internal */
export function outputSizes(input: Tensor, count: number, sizes: OutputSizes): number[] {
  if (typeof sizes === 'number') return each(count, sizes);
  const own = input.shape.slice(-count);
  return sizes.map((size, axis) => size ?? own[own.length - sizes.length + axis]!);
}
