import type { DType } from '../tensor/dtype.js';
import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Keywords } from './types.js';

/** Options of `norm`. */
export interface NormOptions extends Keywords {
  /** Default 'fro': the square root of the sum of squares. */
  p?: number | 'fro' | 'nuc' | undefined;
  /** Dimensions to reduce; all unless given. */
  dim?: number | readonly number[] | null | undefined;
  /** Whether reduced dimensions stay, with size 1. */
  keepdim?: boolean | undefined;
  dtype?: DType | undefined;
}

const vectorNorm = operator('aten::linalg_vector_norm');
const matrixNorm = operator('aten::linalg_matrix_norm.str_ord');

/**
 * The norm of all elements, or along dimensions: a vector norm for a number, `Infinity` included,
 * and 'fro', the nuclear norm of matrices for 'nuc'.
 *
 * @example
 * ```ts
 * import { norm, tensor } from 'libtorch-node';
 *
 * const x = tensor([[3, 4], [0, 0]]);
 * console.log(norm(x).item()); // 5
 * console.log(norm(x, 1, { dim: 1 }).toArray()); // [7, 0]
 * ```
 */
export function norm(input: Tensor, p: number | 'fro' | 'nuc', options?: NormOptions): Tensor;
export function norm(input: Tensor, options?: NormOptions): Tensor;
export function norm(
  input: Tensor,
  p?: number | 'fro' | 'nuc' | NormOptions,
  options?: NormOptions,
): Tensor {
  const given = typeof p === 'object' ? p : options;
  const named = checkOptions('norm', given, ['p', 'dim', 'keepdim', 'dtype']) ?? {};
  const order = (typeof p === 'object' ? undefined : p) ?? named.p ?? 'fro';
  const { keepdim = false, dtype } = named;
  const dim = typeof named.dim === 'number' ? [named.dim] : (named.dim ?? null);
  const kwargs = dtype === undefined ? {} : { dtype };
  if (order === 'fro' && (dim === null || dim.length <= 2)) {
    return vectorNorm(input, 2, dim, keepdim, kwargs);
  }
  if (typeof order === 'number') return vectorNorm(input, order, dim, keepdim, kwargs);
  const dims = dim ?? input.shape.map((_, axis) => axis);
  return matrixNorm(input, order, dims, keepdim, kwargs);
}
