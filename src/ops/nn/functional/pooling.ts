import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { maxPool1d, maxPool2d, maxPool3d } from './max-pooling.js';
import { each, type OutputSizes, outputSizes, type Sizes } from './options.js';

const aten = {
  average1d: operator('aten::avg_pool1d'),
  average2d: operator('aten::avg_pool2d'),
  average3d: operator('aten::avg_pool3d'),
  adaptive2d: operator('aten::adaptive_avg_pool2d'),
  adaptive3d: operator('aten::adaptive_avg_pool3d'),
};

/**
 * Means of windows whose size makes the output of a given size.
 *
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.adaptiveAvgPool2d(ones([1, 3, 8, 6]), [2, null]).shape); // [1, 3, 2, 6]
 * ```
 */
export function adaptiveAvgPool2d(input: Tensor, outputSize: OutputSizes): Tensor {
  return aten.adaptive2d(input, outputSizes(input, 2, outputSize));
}

/**
 * Means of windows in three dimensions whose size makes the output of a given size.
 *
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.adaptiveAvgPool3d(ones([1, 1, 4, 4, 4]), 2).shape); // [1, 1, 2, 2, 2]
 * ```
 */
export function adaptiveAvgPool3d(input: Tensor, outputSize: OutputSizes): Tensor {
  return aten.adaptive3d(input, outputSizes(input, 3, outputSize));
}

/** Options of `lpPool1d` and its like. */
export interface LpPoolOptions extends Keywords {
  /** Steps between windows, their size unless given. */
  stride?: Sizes | null | undefined;
  /** Whether windows may reach over the end. */
  ceilMode?: boolean | undefined;
}

const pools = [
  { where: 'lpPool1d', maximum: maxPool1d, average: aten.average1d },
  { where: 'lpPool2d', maximum: maxPool2d, average: aten.average2d },
  { where: 'lpPool3d', maximum: maxPool3d, average: aten.average3d },
] as const;

function lpPool(
  dims: 1 | 2 | 3,
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options: LpPoolOptions | undefined,
): Tensor {
  const { where, maximum, average } = pools[dims - 1]!;
  const { stride = null, ceilMode = false } =
    checkOptions(where, options, ['stride', 'ceilMode']) ?? {};
  return tidy(() => {
    if (Math.abs(normType) === Number.POSITIVE_INFINITY) {
      const sizes = input.abs();
      const settings = { stride, ceilMode };
      if (normType > 0) return maximum(sizes, kernelSize, settings);
      return maximum(sizes.neg(), kernelSize, settings).neg();
    }
    const count = each(dims, kernelSize).reduce((a, b) => a * b, 1);
    const mean = average(input.pow(normType), kernelSize, stride ?? [], 0, ceilMode);
    return mean
      .sign()
      .mul(mean.abs().relu())
      .mul(count)
      .pow(1 / normType);
  });
}

/**
 * The power means, times their count, of windows in one dimension.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.lpPool1d(tensor([[3, 4]]), 2, 2).toArray()); // [[5]]
 * ```
 */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: number,
  options?: LpPoolOptions,
): Tensor {
  return lpPool(1, input, normType, kernelSize, options);
}

/**
 * The power means, times their count, of windows in two dimensions.
 *
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.lpPool2d(ones([1, 1, 2, 2]), 2, 2).item()); // 2
 * ```
 */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options?: LpPoolOptions,
): Tensor {
  return lpPool(2, input, normType, kernelSize, options);
}

/**
 * The power means, times their count, of windows in three dimensions.
 *
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.lpPool3d(ones([1, 1, 2, 2, 2]), 1, 2).item()); // 8
 * ```
 */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: Sizes,
  options?: LpPoolOptions,
): Tensor {
  return lpPool(3, input, normType, kernelSize, options);
}
