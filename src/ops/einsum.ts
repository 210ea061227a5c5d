import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { operator } from '../tensor/operators.js';
import type { Tensor } from '../tensor/tensor.js';

const aten = operator('aten::einsum');

/**
 * Sums products of tensors along dimensions named by letters, as PyTorch's `einsum`; `...` stands
 * for all other dimensions. Contracts from left to right.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for an equation that is no string.
 * @example
 * ```ts
 * import { einsum, ones } from 'libtorch-node';
 *
 * console.log(einsum('ij,jk->ik', ones([2, 3]), ones([3, 4])).shape); // [2, 4]
 * console.log(einsum('ii', ones([3, 3])).item()); // 3
 * ```
 */
export function einsum(
  equation: string,
  ...operands: readonly Tensor[] | readonly [readonly Tensor[]]
): Tensor {
  if (typeof equation !== 'string') {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `einsum: expected equation to be a string, got ${describe(equation)}`,
    );
  }
  return aten(equation, listed(operands));
}

/** Tensors given one by one, or as one array. @internal */
export function listed(
  tensors: readonly Tensor[] | readonly [readonly Tensor[]],
): readonly Tensor[] {
  return (tensors.length === 1 && Array.isArray(tensors[0]) ? tensors[0] : tensors) as Tensor[];
}
