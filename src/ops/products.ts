import { makeError } from '../make-error.js';
import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { listed } from './einsum.js';
import { isTensor } from './is-tensor.js';
import type { Tensors } from './shapes.js';
import type { Keywords } from './types.js';

const contract = operator('aten::tensordot');
const distance = operator('aten::cdist');
const chain = operator('aten::chain_matmul');
const factors = operator<[Tensor, Tensor, Tensor]>('aten::_lu_with_info');

/** How many dimensions to contract, or which of either tensor. */
export type TensordotDims = number | readonly [readonly number[], readonly number[]] | Tensor;

/**
 * Contracts dimensions of two tensors: the last of the first with the first of the second, two
 * unless said otherwise, or those named.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for more dimensions than there are.
 * @example
 * ```ts
 * import { ones, tensordot } from 'libtorch-node';
 *
 * console.log(tensordot(ones([2, 3]), ones([3, 4]), 1).shape); // [2, 4]
 * ```
 */
export function tensordot(
  a: Tensor,
  b: Tensor,
  dims: TensordotDims | { readonly dims?: TensordotDims } = 2,
): Tensor {
  if (isTensor(dims)) {
    const values = dims.toArray() as number | number[] | [number[], number[]];
    return tensordot(a, b, dims.numel > 1 ? (values as [number[], number[]]) : Number(values));
  }
  if (typeof dims === 'number') {
    if (dims < 0 || dims > Math.min(a.dim(), b.dim())) {
      throw makeError(
        'ERR_OUT_OF_RANGE',
        `tensordot: expected dims from 0 to ${Math.min(a.dim(), b.dim())}, got ${dims}`,
      );
    }
    const range = Array.from({ length: dims }, (_, i) => i);
    return contract(
      a,
      b,
      range.map((i) => i - dims),
      range,
    );
  }
  if ('dims' in dims) return tensordot(a, b, dims.dims);
  const [ofA, ofB] = dims as readonly [readonly number[], readonly number[]];
  return contract(a, b, ofA, ofB);
}

/** Options of `cdist`. */
export interface CdistOptions extends Keywords {
  /** The norm, 2 unless given. */
  p?: number | undefined;
  /** Whether the Euclidean distance may use a product of matrices; by default for more than 25 rows. */
  computeMode?:
    | 'use_mm_for_euclid_dist_if_necessary'
    | 'use_mm_for_euclid_dist'
    | 'donot_use_mm_for_euclid_dist'
    | undefined;
}

const modes = [
  'use_mm_for_euclid_dist_if_necessary',
  'use_mm_for_euclid_dist',
  'donot_use_mm_for_euclid_dist',
];

/**
 * Distances between all rows of two tensors.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown mode.
 * @example
 * ```ts
 * import { cdist, tensor } from 'libtorch-node';
 *
 * console.log(cdist(tensor([[0, 0]]), tensor([[3, 4], [0, 1]])).toArray()); // [[5, 1]]
 * ```
 */
export function cdist(x1: Tensor, x2: Tensor, options?: CdistOptions): Tensor {
  const { p = 2, computeMode } = checkOptions('cdist', options, ['p', 'computeMode']) ?? {};
  const mode = computeMode === undefined ? 0 : modes.indexOf(computeMode);
  if (mode < 0) {
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `cdist: expected computeMode to be one of ${modes.join(', ')}, got '${computeMode}'`,
    );
  }
  return distance(x1, x2, p, mode === 0 ? null : mode);
}

/**
 * The product of matrices, in the order that takes the fewest steps.
 *
 * @example
 * ```ts
 * import { chainMatmul, ones } from 'libtorch-node';
 *
 * console.log(chainMatmul(ones([2, 3]), ones([3, 4]), ones([4, 5])).shape); // [2, 5]
 * ```
 */
export function chainMatmul(...matrices: Tensors): Tensor {
  return chain(listed(matrices));
}

/** Options of `lu`. */
export interface LuOptions extends Keywords {
  /** Default true. */
  pivot?: boolean | undefined;
  /** Also a tensor that says which matrices could not be factored. */
  getInfos?: boolean | undefined;
}

/**
 * The LU factors of matrices in one tensor, with the pivots; see `linalg.lu` for them apart.
 *
 * @example
 * ```ts
 * import { lu, tensor } from 'libtorch-node';
 *
 * const [factors, pivots] = lu(tensor([[1, 2], [3, 4]]));
 * console.log(factors.shape, pivots.toArray()); // [2, 2] [2, 2]
 * ```
 */
export function lu(
  matrix: Tensor,
  options: LuOptions & { readonly getInfos: true },
): [factors: Tensor, pivots: Tensor, infos: Tensor];
export function lu(matrix: Tensor, options?: LuOptions): [factors: Tensor, pivots: Tensor];
export function lu(matrix: Tensor, options?: LuOptions): Tensor[] {
  const { pivot = true, getInfos = false } =
    checkOptions('lu', options, ['pivot', 'getInfos']) ?? {};
  const [packed, pivots, infos] = factors(matrix, pivot, !getInfos);
  return getInfos ? [packed, pivots, infos] : [packed, pivots];
}
