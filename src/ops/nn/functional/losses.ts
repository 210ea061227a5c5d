import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { broadcastTensors } from '../../shapes.js';
import {
  checkSameShape,
  type LossOptions,
  reduced,
  reductionOf,
  type WeightedLossOptions,
} from './reduction.js';

const aten = {
  l1: operator('aten::l1_loss'),
  mse: operator('aten::mse_loss'),
  smoothL1: operator('aten::smooth_l1_loss'),
  huber: operator('aten::huber_loss'),
};

/** The loss of either tensor in the shape of both, weighed where there are weights. */
function ofDifference(
  where: string,
  input: Tensor,
  target: Tensor,
  options: WeightedLossOptions,
  loss: (input: Tensor, target: Tensor, reduction: number) => Tensor,
  weightedMean: (losses: Tensor, weight: Tensor) => Tensor,
): Tensor {
  const reduction = reductionOf(where, options);
  const { weight = null } = options;
  if (weight !== null) checkSameShape(where, 'weight', input, weight);
  return tidy(() => {
    const [a, b] = broadcastTensors(input, target) as [Tensor, Tensor];
    if (weight === null) return loss(a, b, reduction);
    const losses = loss(a, b, 0).mul(weight);
    return reduction === 1 ? weightedMean(losses, weight) : reduced(losses, reduction);
  });
}

const byWeight = (losses: Tensor, weight: Tensor): Tensor => losses.sum().div(weight.sum());

/**
 * The absolute difference.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.l1Loss(tensor([1, 2]), tensor([2, 4])).item()); // 1.5
 * ```
 */
export function l1Loss(input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor {
  const given = checkOptions('l1Loss', options, ['weight', 'reduction']) ?? {};
  return ofDifference('l1Loss', input, target, given, aten.l1, byWeight);
}

/**
 * The squared difference.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.mseLoss(tensor([1, 2]), tensor([2, 4])).item()); // 2.5
 * ```
 */
export function mseLoss(input: Tensor, target: Tensor, options?: WeightedLossOptions): Tensor {
  const given = checkOptions('mseLoss', options, ['weight', 'reduction']) ?? {};
  return ofDifference('mseLoss', input, target, given, aten.mse, byWeight);
}

/** Options of `smoothL1Loss`. */
export interface SmoothL1LossOptions extends LossOptions {
  /** Where the squared difference becomes the absolute one, 1 unless given. */
  beta?: number | undefined;
}

/**
 * The squared difference where it is small, the absolute one elsewhere.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.smoothL1Loss(tensor([0, 0]), tensor([1, 3])).item()); // 1.5
 * ```
 */
export function smoothL1Loss(input: Tensor, target: Tensor, options?: SmoothL1LossOptions): Tensor {
  const { beta = 1, ...rest } =
    checkOptions<SmoothL1LossOptions>('smoothL1Loss', options, ['reduction', 'beta']) ?? {};
  const loss = (a: Tensor, b: Tensor, reduction: number): Tensor =>
    beta === 0 ? aten.l1(a, b, reduction) : aten.smoothL1(a, b, reduction, beta);
  return ofDifference('smoothL1Loss', input, target, rest, loss, byWeight);
}

/** Options of `huberLoss`. */
export interface HuberLossOptions extends WeightedLossOptions {
  /** Where the squared difference becomes the absolute one, 1 unless given. */
  delta?: number | undefined;
}

/**
 * Half the squared difference where it is small, `delta` times the absolute one elsewhere.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.huberLoss(tensor([0, 0]), tensor([1, 3])).item()); // 1.5
 * ```
 */
export function huberLoss(input: Tensor, target: Tensor, options?: HuberLossOptions): Tensor {
  const { delta = 1, ...rest } =
    checkOptions<HuberLossOptions>('huberLoss', options, ['weight', 'reduction', 'delta']) ?? {};
  const loss = (a: Tensor, b: Tensor, reduction: number): Tensor =>
    aten.huber(a, b, reduction, delta);
  return ofDifference('huberLoss', input, target, rest, loss, (losses) => losses.mean());
}
