import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Keywords } from './types.js';

/** Options of `nonzero`. */
export interface NonzeroOptions extends Keywords {
  /** One tensor of indices a dimension, as `index` takes them, instead of a row an element. */
  asTuple?: boolean | undefined;
}

const rows = operator('aten::nonzero');
const columns = operator<Tensor[]>('aten::nonzero_numpy');

/**
 * Where elements are not zero.
 *
 * @example
 * ```ts
 * import { nonzero, tensor } from 'libtorch-node';
 *
 * const x = tensor([[0, 7], [8, 0]]);
 * console.log(nonzero(x).toArray()); // [[0, 1], [1, 0]]
 * console.log(x.index(nonzero(x, { asTuple: true })).toArray()); // [7, 8]
 * ```
 */
export function nonzero(
  input: Tensor,
  options: NonzeroOptions & { readonly asTuple: true },
): Tensor[];
export function nonzero(input: Tensor, options?: NonzeroOptions): Tensor;
export function nonzero(input: Tensor, options?: NonzeroOptions): Tensor | Tensor[] {
  return checkOptions('nonzero', options, ['asTuple'])?.asTuple ? columns(input) : rows(input);
}
