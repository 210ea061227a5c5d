import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import type { Pooled } from './max-pooling.js';
import { each, type Sizes } from './options.js';

/** Options of `maxUnpool1d` and its like. */
export interface MaxUnpoolOptions extends Keywords {
  /** Steps between windows, their size unless given. */
  stride?: Sizes | null | undefined;
  padding?: Sizes | undefined;
  /** The size of the output, where several are possible; with or without batch and channels. */
  outputSize?: readonly number[] | null | undefined;
}

const aten = {
  unpool2d: operator('aten::max_unpool2d'),
  unpool3d: operator('aten::max_unpool3d'),
};

function sizeOf(
  where: string,
  dims: number,
  input: Tensor,
  kernelSize: Sizes,
  options: MaxUnpoolOptions | undefined,
): { size: number[]; stride: number[]; padding: number[] } {
  const given = checkOptions(where, options, ['stride', 'padding', 'outputSize']) ?? {};
  const kernel = each(dims, kernelSize);
  const stride = each(dims, given.stride ?? kernel);
  const padding = each(dims, given.padding ?? 0);
  const own = input.shape.slice(-dims);
  const usual = kernel.map((k, d) => (own[d]! - 1) * stride[d]! + k - 2 * padding[d]!);
  const wanted = given.outputSize;
  if (wanted === undefined || wanted === null) return { size: usual, stride, padding };
  const size = wanted.length === dims + 2 ? wanted.slice(2) : [...wanted];
  const fits = size.every((n, d) => Math.abs(n - usual[d]!) < stride[d]!);
  if (size.length === dims && fits) return { size, stride, padding };
  throw makeError(
    'ERR_OUT_OF_RANGE',
    `${where}: expected outputSize to be less than stride [${stride}] away from [${usual}], got ` +
      `[${wanted}]`,
  );
}

/**
 * Puts maxima back to where `maxPool1d` found them; the rest is zero.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for an output size that the windows cannot come from.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const { maxPool1d, maxUnpool1d } = nn.functional;
 * const [values, places] = maxPool1d(tensor([[1, 3, 2, 0]]), 2, { returnIndices: true });
 * console.log(maxUnpool1d(values, places, 2).toArray()); // [[0, 3, 2, 0]]
 * ```
 */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolOptions,
): Tensor {
  const { size } = sizeOf('maxUnpool1d', 1, input, kernelSize, options);
  return tidy(() =>
    aten.unpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [...size, 1]).squeeze(-1),
  );
}

/**
 * Puts maxima back to where `maxPool2d` found them; the rest is zero.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for an output size that the windows cannot come from.
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const { maxPool2d, maxUnpool2d } = nn.functional;
 * const [values, places] = maxPool2d(rand([1, 1, 4, 4]), 2, { returnIndices: true });
 * console.log(maxUnpool2d(values, places, 2).shape); // [1, 1, 4, 4]
 * ```
 */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolOptions,
): Tensor {
  const { size } = sizeOf('maxUnpool2d', 2, input, kernelSize, options);
  return aten.unpool2d(input, indices, size);
}

/**
 * Puts maxima back to where `maxPool3d` found them; the rest is zero.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for an output size that the windows cannot come from.
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const { maxPool3d, maxUnpool3d } = nn.functional;
 * const [values, places] = maxPool3d(rand([1, 1, 4, 4, 4]), 2, { returnIndices: true });
 * console.log(maxUnpool3d(values, places, 2).shape); // [1, 1, 4, 4, 4]
 * ```
 */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: Sizes,
  options?: MaxUnpoolOptions,
): Tensor {
  const { size, stride, padding } = sizeOf('maxUnpool3d', 3, input, kernelSize, options);
  return aten.unpool3d(input, indices, size, stride, padding);
}

/** Options of `fractionalMaxPool2d` and `fractionalMaxPool3d`. */
export interface FractionalMaxPoolOptions extends Keywords {
  /** Sizes of the output; or `outputRatio`. */
  outputSize?: Sizes | null | undefined;
  /** Sizes of the output as parts of the input's, from 0 to 1. */
  outputRatio?: Sizes | null | undefined;
  /** Also where each maximum was. */
  returnIndices?: boolean | undefined;
  /** Where the windows are, from 0 to 1; random unless given. */
  randomSamples?: Tensor | null | undefined;
}

const fractional = [
  operator<[Tensor, Tensor]>('aten::fractional_max_pool2d'),
  operator<[Tensor, Tensor]>('aten::fractional_max_pool3d'),
] as const;
const rand = operator('aten::rand');

function fractionalMaxPool<O extends FractionalMaxPoolOptions>(
  dims: 2 | 3,
  input: Tensor,
  kernelSize: Sizes,
  options: O,
): Pooled<O> {
  const where = `fractionalMaxPool${dims}d`;
  const names = ['outputSize', 'outputRatio', 'returnIndices', 'randomSamples'];
  const given: FractionalMaxPoolOptions = checkOptions(where, options, names) ?? {};
  const { outputSize, outputRatio, returnIndices, randomSamples } = given;
  if ((outputSize ?? outputRatio ?? null) === null) {
    throw makeError('ERR_MISSING_ARGUMENT', `${where}: expected outputSize or outputRatio`);
  }
  const { shape, dtype, device } = input;
  const size =
    outputSize ?? each(dims, outputRatio!).map((r, d) => Math.trunc(shape.at(d - dims)! * r));
  const batch = shape.length === dims + 1 ? 1 : shape[0];
  const samples = randomSamples ?? rand([batch, shape.at(-dims - 1), dims], { dtype, device });
  const found = fractional[dims - 2]!(input, kernelSize, size, samples);
  if (samples !== randomSamples) samples.dispose();
  if (!returnIndices) found[1].dispose();
  return (returnIndices ? found : found[0]) as Pooled<O>;
}

/**
 * Maxima of windows of random places in two dimensions.
 *
 * @throws TypeError `ERR_MISSING_ARGUMENT` without a size or ratio of the output.
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const { fractionalMaxPool2d } = nn.functional;
 * console.log(fractionalMaxPool2d(rand([1, 1, 8, 8]), 2, { outputRatio: 0.5 }).shape); // [1, 1, 4, 4]
 * ```
 */
export function fractionalMaxPool2d<const O extends FractionalMaxPoolOptions>(
  input: Tensor,
  kernelSize: Sizes,
  options: O,
): Pooled<O> {
  return fractionalMaxPool<O>(2, input, kernelSize, options);
}

/**
 * Maxima of windows of random places in three dimensions.
 *
 * @throws TypeError `ERR_MISSING_ARGUMENT` without a size or ratio of the output.
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const pooled = nn.functional.fractionalMaxPool3d(rand([1, 1, 8, 8, 8]), 2, { outputSize: 3 });
 * console.log(pooled.shape); // [1, 1, 3, 3, 3]
 * ```
 */
export function fractionalMaxPool3d<const O extends FractionalMaxPoolOptions>(
  input: Tensor,
  kernelSize: Sizes,
  options: O,
): Pooled<O> {
  return fractionalMaxPool<O>(3, input, kernelSize, options);
}
