import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Keywords } from './types.js';

/** Options of `uniqueConsecutive`. */
export interface UniqueConsecutiveOptions extends Keywords {
  /** Also where each element went. */
  returnInverse?: boolean | undefined;
  /** Also how often each occurs. */
  returnCounts?: boolean | undefined;
  /** Compare slices of this dimension instead of elements. */
  dim?: number | null | undefined;
}

/** Options of `unique`. */
export interface UniqueOptions extends UniqueConsecutiveOptions {
  /** Default true; there is no other order. */
  sorted?: boolean | undefined;
}

/** The elements alone, or with their places and counts, as the options ask. */
export type UniqueResult<O> = O extends { returnInverse: true }
  ? O extends { returnCounts: true }
    ? [output: Tensor, inverse: Tensor, counts: Tensor]
    : [output: Tensor, inverse: Tensor]
  : O extends { returnCounts: true }
    ? [output: Tensor, counts: Tensor]
    : Tensor;

type Three = [Tensor, Tensor, Tensor];

const flat = operator<Three>('aten::_unique2');
const along = operator<Three>('aten::unique_dim');
const consecutive = operator<Three>('aten::unique_consecutive');

function asked<O>(found: Three, inverse: boolean, counts: boolean): UniqueResult<O> {
  const results = found.filter((_, i) => i === 0 || (i === 1 ? inverse : counts));
  for (const tensor of found) if (!results.includes(tensor)) tensor.dispose();
  return (results.length === 1 ? results[0] : results) as UniqueResult<O>;
}

const names = ['returnInverse', 'returnCounts', 'dim'];

/**
 * The elements without repetition, in order; with their places and counts where the options ask.
 *
 * @example
 * ```ts
 * import { tensor, unique } from 'libtorch-node';
 *
 * const x = tensor([3, 1, 3]);
 * console.log(unique(x).toArray()); // [1, 3]
 * const [values, counts] = unique(x, { returnCounts: true });
 * console.log(values.toArray(), counts.toArray()); // [1, 3] [1, 2]
 * ```
 */
export function unique<const O extends UniqueOptions = Record<never, never>>(
  input: Tensor,
  options?: O,
): UniqueResult<O> {
  const named: UniqueOptions = checkOptions('unique', options, ['sorted', ...names]) ?? {};
  const { sorted = true, returnInverse = false, returnCounts = false, dim } = named;
  const found =
    dim === undefined || dim === null
      ? flat(input, sorted, returnInverse, returnCounts)
      : along(input, dim, sorted, returnInverse, returnCounts);
  return asked<O>(found, returnInverse, returnCounts);
}

/**
 * The elements without those that equal the one before; with their places and counts where the
 * options ask.
 *
 * @example
 * ```ts
 * import { tensor, uniqueConsecutive } from 'libtorch-node';
 *
 * console.log(uniqueConsecutive(tensor([1, 1, 2, 1])).toArray()); // [1, 2, 1]
 * ```
 */
export function uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(
  input: Tensor,
  options?: O,
): UniqueResult<O> {
  const named: UniqueConsecutiveOptions = checkOptions('uniqueConsecutive', options, names) ?? {};
  const { returnInverse = false, returnCounts = false, dim = null } = named;
  return asked<O>(
    consecutive(input, returnInverse, returnCounts, dim),
    returnInverse,
    returnCounts,
  );
}
