import { withGrad } from '../autograd/require-grad.js';
import { makeError } from '../make-error.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import { aten } from './operators.js';
import { type TensorOptions, tensorOptions } from './options.js';
import { checkShape, type Shape } from './shape.js';
import type { Tensor } from './tensor.js';
import type { Complex } from './typed-array.js';

type Fill = (shape: Shape, options: object) => Tensor;

function filled<D extends DType>(
  name: string,
  fill: Fill,
  shape: Shape,
  options: TensorOptions | undefined,
): Tensor<D> {
  const made = fill(checkShape(name, shape), tensorOptions(name, options, 'float32'));
  return withGrad(name, made as Tensor<D>, options);
}

/**
 * Zeros of a shape; float32 unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { zeros } from 'libtorch-node';
 *
 * console.log(zeros([2, 2]).toArray()); // [[0, 0], [0, 0]]
 * ```
 */
export function zeros<D extends DType = 'float32'>(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> {
  return filled('zeros', aten.zeros, shape, options);
}

/**
 * Ones of a shape; float32 unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { ones } from 'libtorch-node';
 *
 * console.log(ones([3], { dtype: 'int32' }).toArray()); // [1, 1, 1]
 * ```
 */
export function ones<D extends DType = 'float32'>(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> {
  return filled('ones', aten.ones, shape, options);
}

/**
 * A tensor of a shape with whatever its memory holds; float32 unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { empty } from 'libtorch-node';
 *
 * console.log(empty([4, 4]).numel); // 16
 * ```
 */
export function empty<D extends DType = 'float32'>(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> {
  return filled('empty', aten.empty, shape, options);
}

/**
 * Uniform random numbers in [0, 1); float32 unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { rand } from 'libtorch-node';
 *
 * console.log(rand([]).item() < 1); // true
 * ```
 */
export function rand<D extends DType = 'float32'>(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> {
  return filled('rand', aten.rand, shape, options);
}

/**
 * Random numbers of the standard normal distribution; float32 unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { randn } from 'libtorch-node';
 *
 * console.log(randn([2, 3]).shape); // [2, 3]
 * ```
 */
export function randn<D extends DType = 'float32'>(
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D> {
  return filled('randn', aten.randn, shape, options);
}

/**
 * One value in every element; a number makes float32, a bigint int64, a boolean bool and
 * `{ re, im }` complex64, unless `dtype` says otherwise.
 *
 * @example
 * ```ts
 * import { full } from 'libtorch-node';
 *
 * console.log(full([2], 7).toArray()); // [7, 7]
 * console.log(full([2], 7n).dtype); // int64
 * ```
 */
export function full<D extends DType>(
  shape: Shape,
  value: number | bigint | boolean | Complex,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function full(shape: Shape, value: number, options?: TensorOptions): Tensor<'float32'>;
export function full(shape: Shape, value: bigint, options?: TensorOptions): Tensor<'int64'>;
export function full(shape: Shape, value: boolean, options?: TensorOptions): Tensor<'bool'>;
export function full(shape: Shape, value: Complex, options?: TensorOptions): Tensor<'complex64'>;
export function full(
  shape: Shape,
  value: number | bigint | boolean | Complex,
  options?: TensorOptions,
): Tensor {
  const kind = typeof value;
  const dtype = { number: 'float32', bigint: 'int64', boolean: 'bool', object: 'complex64' }[
    kind as string
  ] as DType | undefined;
  if (dtype === undefined || value === null) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `full: expected value to be a number, bigint, boolean or { re, im }, got ${describe(value)}`,
    );
  }
  const made = aten.full(checkShape('full', shape), value, tensorOptions('full', options, dtype));
  return withGrad('full', made, options);
}

/**
 * A matrix with ones on the diagonal: `n` rows, `m` columns (as many as rows unless given).
 *
 * @example
 * ```ts
 * import { eye } from 'libtorch-node';
 *
 * console.log(eye(2).toArray()); // [[1, 0], [0, 1]]
 * ```
 */
export function eye<D extends DType = 'float32'>(
  n: number,
  m?: number,
  options?: TensorOptions<D>,
): Tensor<D>;
export function eye<D extends DType = 'float32'>(n: number, options?: TensorOptions<D>): Tensor<D>;
export function eye(n: number, m?: number | TensorOptions, options?: TensorOptions): Tensor {
  const columns = typeof m === 'number' ? m : n;
  const given = typeof m === 'object' ? m : options;
  return withGrad('eye', aten.eye(n, columns, tensorOptions('eye', given, 'float32')), given);
}
