import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';

/** Scale and shift after normalization, and what is added to the variance. */
export interface NormalizationOptions extends Keywords {
  weight?: Tensor | null | undefined;
  bias?: Tensor | null | undefined;
  /** Default 1e-5. */
  eps?: number | undefined;
}

/** Options of `batchNorm`. */
export interface BatchNormOptions extends NormalizationOptions {
  /** Whether to use this batch's mean and variance, and to move the running ones. */
  training?: boolean | undefined;
  /** How far the running ones move, 0.1 unless given. */
  momentum?: number | undefined;
}

/** Options of `instanceNorm`. */
export interface InstanceNormOptions extends NormalizationOptions {
  runningMean?: Tensor | null | undefined;
  runningVar?: Tensor | null | undefined;
  /** Whether to use the input's own mean and variance, default true. */
  useInputStats?: boolean | undefined;
  /** How far the running ones move, 0.1 unless given. */
  momentum?: number | undefined;
}

const aten = {
  batchNorm: operator('aten::batch_norm'),
  instanceNorm: operator('aten::instance_norm'),
  layerNorm: operator('aten::layer_norm'),
  groupNorm: operator('aten::group_norm'),
  rmsNorm: operator('aten::rms_norm'),
};

const affine = ['weight', 'bias', 'eps'];
const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

function checkMany(where: string, values: number, shape: readonly number[]): void {
  if (values !== 1) return;
  throw makeError(
    'ERR_VALUE',
    `${where}: expected more than 1 value per channel in training, got an input of [${shape}]`,
  );
}

/**
 * Normalizes each channel by the mean and variance of the batch in training, by the running ones
 * otherwise.
 *
 * @throws RangeError `ERR_VALUE` in training on a single value per channel.
 * @example
 * ```ts
 * import { nn, ones, tensor } from 'libtorch-node';
 *
 * const y = nn.functional.batchNorm(ones([2, 1]), tensor([1]), tensor([1]));
 * console.log(y.toArray()); // [[0], [0]]
 * ```
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options?: BatchNormOptions,
): Tensor {
  const given = checkOptions('batchNorm', options, [...affine, 'training', 'momentum']) ?? {};
  const { weight = null, bias = null, training = false, momentum = 0.1, eps = 1e-5 } = given;
  const { shape } = input;
  if (training) checkMany('batchNorm', product(shape) / (shape[1] ?? 1), shape);
  return aten.batchNorm(
    input,
    weight,
    bias,
    runningMean,
    runningVar,
    training,
    momentum,
    eps,
    true,
  );
}

/**
 * Normalizes each channel of each sample by its own mean and variance.
 *
 * @throws RangeError `ERR_VALUE` for a single value per channel.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.instanceNorm(ones([1, 1, 2])).toArray()); // [[[0, 0]]]
 * ```
 */
export function instanceNorm(input: Tensor, options?: InstanceNormOptions): Tensor {
  const names = [...affine, 'runningMean', 'runningVar', 'useInputStats', 'momentum'];
  const given = checkOptions('instanceNorm', options, names) ?? {};
  const { weight = null, bias = null, runningMean = null, runningVar = null } = given;
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = given;
  const { shape } = input;
  if (useInputStats) checkMany('instanceNorm', product(shape.slice(2)), shape);
  return aten.instanceNorm(
    input,
    weight,
    bias,
    runningMean,
    runningVar,
    useInputStats,
    momentum,
    eps,
    true,
  );
}

/**
 * Normalizes over the last dimensions, whose sizes are given.
 *
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.layerNorm(ones([1, 2]), [2]).toArray()); // [[0, 0]]
 * ```
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options?: NormalizationOptions,
): Tensor {
  const {
    weight = null,
    bias = null,
    eps = 1e-5,
  } = checkOptions('layerNorm', options, affine) ?? {};
  return aten.layerNorm(input, normalizedShape, weight, bias, eps, true);
}

/** Options of `rmsNorm`. */
export interface RmsNormOptions extends Keywords {
  weight?: Tensor | null | undefined;
  /** The smallest step of the dtype unless given. */
  eps?: number | null | undefined;
}

/**
 * Divides by the root of the mean square over the last dimensions, whose sizes are given.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.rmsNorm(tensor([[2, 2]]), [2], { eps: 0 }).toArray()); // [[1, 1]]
 * ```
 */
export function rmsNorm(
  input: Tensor,
  normalizedShape: readonly number[],
  options?: RmsNormOptions,
): Tensor {
  const { weight = null, eps = null } = checkOptions('rmsNorm', options, ['weight', 'eps']) ?? {};
  return aten.rmsNorm(input, normalizedShape, weight, eps);
}

/**
 * Normalizes groups of channels of each sample.
 *
 * @throws RangeError `ERR_VALUE` for a single value per group.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.groupNorm(ones([1, 2]), 1).toArray()); // [[0, 0]]
 * ```
 */
export function groupNorm(
  input: Tensor,
  numGroups: number,
  options?: NormalizationOptions,
): Tensor {
  const {
    weight = null,
    bias = null,
    eps = 1e-5,
  } = checkOptions('groupNorm', options, affine) ?? {};
  const { shape } = input;
  const [batch = 0, channels = 0, ...rest] = shape;
  checkMany('groupNorm', Math.floor((batch * channels) / numGroups) * product(rest), shape);
  return aten.groupNorm(input, numGroups, weight, bias, eps, true);
}
