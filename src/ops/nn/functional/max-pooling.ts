import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { type OutputSizes, outputSizes, type Sizes } from './options.js';

/** Options of `maxPool1d` and its like. */
export interface MaxPoolOptions extends Keywords {
  /** Steps between windows, their size unless given. */
  stride?: Sizes | null | undefined;
  padding?: Sizes | undefined;
  dilation?: Sizes | undefined;
  /** Whether windows may reach over the end. */
  ceilMode?: boolean | undefined;
  /** Also where each maximum was, for `maxUnpool1d` and its like. */
  returnIndices?: boolean | undefined;
}

/** The maxima, and where they were if the options ask for it. */
export type Pooled<O> = O extends { returnIndices: true }
  ? [output: Tensor, indices: Tensor]
  : Tensor;

type Pair = [output: Tensor, indices: Tensor];

const names = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'];

function maxPool<O extends MaxPoolOptions>(dims: 1 | 2 | 3) {
  const where = `maxPool${dims}d`;
  const plain = operator(`aten::max_pool${dims}d`);
  const both = operator<Pair>(`aten::max_pool${dims}d_with_indices`);
  return (input: Tensor, kernelSize: Sizes, options: O | undefined): Pooled<O> => {
    const given: MaxPoolOptions = checkOptions(where, options, names) ?? {};
    const { padding = 0, dilation = 1, ceilMode = false, returnIndices = false } = given;
    const call = returnIndices ? both : plain;
    return call(
      input,
      kernelSize,
      given.stride ?? [],
      padding,
      dilation,
      ceilMode,
    ) as unknown as Pooled<O>;
  };
}

const pools = [maxPool(1), maxPool(2), maxPool(3)] as const;

/**
 * The greatest element of each window in one dimension.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.maxPool1d(tensor([[1, 3, 2, 0]]), 2).toArray()); // [[3, 2]]
 * ```
 */
export function maxPool1d<const O extends MaxPoolOptions = Record<never, never>>(
  input: Tensor,
  kernelSize: Sizes,
  options?: O,
): Pooled<O> {
  return pools[0](input, kernelSize, options) as Pooled<O>;
}

/**
 * The greatest element of each window in two dimensions.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const [values, places] = nn.functional.maxPool2d(rand([1, 1, 4, 4]), 2, { returnIndices: true });
 * console.log(values.shape, places.dtype); // [1, 1, 2, 2] int64
 * ```
 */
export function maxPool2d<const O extends MaxPoolOptions = Record<never, never>>(
  input: Tensor,
  kernelSize: Sizes,
  options?: O,
): Pooled<O> {
  return pools[1](input, kernelSize, options) as Pooled<O>;
}

/**
 * The greatest element of each window in three dimensions.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.maxPool3d(rand([1, 1, 4, 4, 4]), 2).shape); // [1, 1, 2, 2, 2]
 * ```
 */
export function maxPool3d<const O extends MaxPoolOptions = Record<never, never>>(
  input: Tensor,
  kernelSize: Sizes,
  options?: O,
): Pooled<O> {
  return pools[2](input, kernelSize, options) as Pooled<O>;
}

/** Options of `adaptiveMaxPool1d` and its like. */
export interface AdaptiveMaxPoolOptions extends Keywords {
  /** Also where each maximum was. */
  returnIndices?: boolean | undefined;
}

const adaptive = [
  operator<Pair>('aten::adaptive_max_pool1d'),
  operator<Pair>('aten::adaptive_max_pool2d'),
  operator<Pair>('aten::adaptive_max_pool3d'),
] as const;

function adaptiveMaxPool<O extends AdaptiveMaxPoolOptions>(
  dims: 1 | 2 | 3,
  input: Tensor,
  outputSize: OutputSizes,
  options: O | undefined,
): Pooled<O> {
  const where = `adaptiveMaxPool${dims}d`;
  const given: AdaptiveMaxPoolOptions = checkOptions(where, options, ['returnIndices']) ?? {};
  const found = adaptive[dims - 1]!(input, outputSizes(input, dims, outputSize));
  if (!given.returnIndices) found[1].dispose();
  return (given.returnIndices ? found : found[0]) as Pooled<O>;
}

/**
 * Maxima of windows in one dimension whose size makes the output of a given size.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.adaptiveMaxPool1d(tensor([[1, 3, 2, 0]]), 1).toArray()); // [[3]]
 * ```
 */
export function adaptiveMaxPool1d<const O extends AdaptiveMaxPoolOptions = Record<never, never>>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: O,
): Pooled<O> {
  return adaptiveMaxPool<O>(1, input, outputSize, options);
}

/**
 * Maxima of windows in two dimensions whose size makes the output of a given size.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.adaptiveMaxPool2d(rand([1, 3, 8, 6]), [2, null]).shape); // [1, 3, 2, 6]
 * ```
 */
export function adaptiveMaxPool2d<const O extends AdaptiveMaxPoolOptions = Record<never, never>>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: O,
): Pooled<O> {
  return adaptiveMaxPool<O>(2, input, outputSize, options);
}

/**
 * Maxima of windows in three dimensions whose size makes the output of a given size.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.adaptiveMaxPool3d(rand([1, 1, 4, 4, 4]), 2).shape); // [1, 1, 2, 2, 2]
 * ```
 */
export function adaptiveMaxPool3d<const O extends AdaptiveMaxPoolOptions = Record<never, never>>(
  input: Tensor,
  outputSize: OutputSizes,
  options?: O,
): Pooled<O> {
  return adaptiveMaxPool<O>(3, input, outputSize, options);
}
