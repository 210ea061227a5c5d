import { withGrad } from '../autograd/require-grad.js';
import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { DType } from './dtype.js';
import { flatten, type NestedData } from './nested-data.js';
import { aten } from './operators.js';
import { type TensorOptions, tensorOptions } from './options.js';
import type { Tensor } from './tensor.js';
import {
  type Complex,
  checkAttached,
  type DTypeOf,
  dtypeOfArray,
  isTypedArray,
  type TypedArray,
} from './typed-array.js';

/** What `tensor()` takes: one value, or values nested in arrays; typed arrays may be rows. */
export type TensorData =
  | NestedData<number | bigint | boolean | Complex>
  | TypedArray
  | readonly TypedArray[];

/**
 * Copies values into a new tensor. Without a dtype numbers make float32, whatever they are,
 * bigints int64, booleans bool, `{ re, im }` complex64 and a typed array its own dtype.
 *
 * @throws TypeError `ERR_INVALID_ARG_TYPE` for rows of unequal length and mixed kinds, RangeError
 * `ERR_OUT_OF_RANGE` for integers the dtype cannot hold; both name the place, as `data[1][0]`.
 * @example
 * ```ts
 * import { tensor } from 'libtorch-node';
 *
 * const a = tensor([[1, 2], [3, 4]]);
 * console.log(a.dtype, a.shape); // float32 [2, 2]
 * console.log(tensor([1n, 2n]).dtype); // int64
 * console.log(tensor([0, 1], { dtype: 'bool' }).toArray()); // [false, true]
 * ```
 */
export function tensor<D extends DType>(
  data: TensorData,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function tensor<A extends TypedArray>(data: A, options?: TensorOptions): Tensor<DTypeOf<A>>;
export function tensor(data: NestedData<number>, options?: TensorOptions): Tensor<'float32'>;
export function tensor(data: NestedData<bigint>, options?: TensorOptions): Tensor<'int64'>;
export function tensor(data: NestedData<boolean>, options?: TensorOptions): Tensor<'bool'>;
export function tensor(data: NestedData<Complex>, options?: TensorOptions): Tensor<'complex64'>;
export function tensor(data: TensorData, options?: TensorOptions): Tensor;
export function tensor(data: TensorData, options?: TensorOptions): Tensor {
  const inferred = isTypedArray(data) ? dtypeOfArray(data) : undefined;
  const { dtype, device } = tensorOptions('tensor', options, inferred ?? 'float32');
  const wanted = options?.dtype ?? inferred;
  let made: Tensor;
  if (isTypedArray(data) && dtype === inferred) {
    checkAttached('tensor', data);
    made = native.tensor.fromData(data.buffer as ArrayBuffer, data.byteOffset, dtype, [
      data.length,
    ]);
  } else {
    const flat = flatten(data, wanted);
    made = native.tensor.fromData(flat.buffer, 0, flat.dtype, flat.shape);
  }
  const target = wanted ?? made.dtype;
  if (device === undefined && target === made.dtype) return withGrad('tensor', made, options);
  const moved = made.to({ dtype: target, device: device ?? 'cpu' });
  if (moved !== made) made.dispose();
  return withGrad('tensor', moved, options);
}

/**
 * Joins tensors of one shape along a new dimension.
 *
 * @example
 * ```ts
 * import { stack, zeros } from 'libtorch-node';
 *
 * console.log(stack([zeros([2]), zeros([2])]).shape); // [2, 2]
 * ```
 */
export function stack<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  return aten.stack(tensors, dim) as Tensor<D>;
}

/**
 * Joins tensors along a dimension they have.
 *
 * @example
 * ```ts
 * import { cat, zeros } from 'libtorch-node';
 *
 * console.log(cat([zeros([2, 3]), zeros([1, 3])]).shape); // [3, 3]
 * ```
 */
export function cat<D extends DType>(tensors: readonly Tensor<D>[], dim = 0): Tensor<D> {
  return aten.cat(tensors, dim) as Tensor<D>;
}

/**
 * Seeds LibTorch's random numbers of every device, for this process.
 *
 * @example
 * ```ts
 * import { manualSeed, rand } from 'libtorch-node';
 *
 * manualSeed(0);
 * const a = rand([2]);
 * manualSeed(0);
 * console.log(a.equal(rand([2]))); // true
 * ```
 */
export function manualSeed(seed: number | bigint): void {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `manualSeed: expected an integer or bigint, got ${seed}`,
    );
  }
  native.runtime.manualSeed(seed);
}
