import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type LossOptions, reduced, reductionOf } from './reduction.js';

/** Options of losses with a margin. */
export interface MarginLossOptions extends LossOptions {
  margin?: number | undefined;
}

const aten = {
  marginRanking: operator('aten::margin_ranking_loss'),
  hingeEmbedding: operator('aten::hinge_embedding_loss'),
  cosineEmbedding: operator('aten::cosine_embedding_loss'),
  triplet: operator('aten::triplet_margin_loss'),
  distance: operator('aten::pairwise_distance'),
};

const names = ['margin', 'reduction'];

/**
 * max(0, -target · (input1 - input2) + margin): which of two should be ranked higher.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const loss = nn.functional.marginRankingLoss(tensor([1]), tensor([3]), tensor([1]));
 * console.log(loss.item()); // 2
 * ```
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: MarginLossOptions,
): Tensor {
  const given = checkOptions('marginRankingLoss', options, names) ?? {};
  const reduction = reductionOf('marginRankingLoss', given);
  return aten.marginRanking(input1, input2, target, given.margin ?? 0, reduction);
}

/**
 * Distances where the target is 1, what they lack of a margin (1 unless given) where it is -1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.hingeEmbeddingLoss(tensor([3]), tensor([1])).item()); // 3
 * ```
 */
export function hingeEmbeddingLoss(
  input: Tensor,
  target: Tensor,
  options?: MarginLossOptions,
): Tensor {
  const given = checkOptions('hingeEmbeddingLoss', options, names) ?? {};
  const reduction = reductionOf('hingeEmbeddingLoss', given);
  return aten.hingeEmbedding(input, target, given.margin ?? 1, reduction);
}

/**
 * One minus the cosine of the angle of two vectors where the target is 1, what the cosine is above a
 * margin where it is -1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const loss = nn.functional.cosineEmbeddingLoss(tensor([[1, 0]]), tensor([[0, 1]]), tensor([1]));
 * console.log(loss.item()); // 1
 * ```
 */
export function cosineEmbeddingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options?: MarginLossOptions,
): Tensor {
  const given = checkOptions('cosineEmbeddingLoss', options, names) ?? {};
  const reduction = reductionOf('cosineEmbeddingLoss', given);
  return aten.cosineEmbedding(input1, input2, target, given.margin ?? 0, reduction);
}

/** Options of `tripletMarginLoss`. */
export interface TripletMarginLossOptions extends MarginLossOptions {
  /** The norm of the distance, 2 unless given. */
  p?: number | undefined;
  /** Default 1e-6. */
  eps?: number | undefined;
  /** Whether the negative's distance from the positive counts where it is less. */
  swap?: boolean | undefined;
}

function marginOf(where: string, margin: number | undefined): number {
  if (margin === undefined) return 1;
  if (margin > 0) return margin;
  throw makeError('ERR_OUT_OF_RANGE', `${where}: expected margin to be above 0, got ${margin}`);
}

/**
 * How much the distance to a positive example is more than that to a negative one less a margin, 1
 * unless given.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a margin that is not positive.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const anchor = tensor([[0, 0]]);
 * const loss = nn.functional.tripletMarginLoss(anchor, anchor, tensor([[9, 0]]));
 * console.log(loss.item()); // 0
 * ```
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginLossOptions,
): Tensor {
  const where = 'tripletMarginLoss';
  const given = checkOptions(where, options, [...names, 'p', 'eps', 'swap']) ?? {};
  const { p = 2, eps = 1e-6, swap = false } = given;
  const margin = marginOf(where, given.margin);
  const reduction = reductionOf(where, given);
  return aten.triplet(anchor, positive, negative, margin, p, eps, swap, reduction);
}

/** Options of `tripletMarginWithDistanceLoss`. */
export interface TripletMarginWithDistanceLossOptions extends MarginLossOptions {
  /** The Euclidean distance unless given. */
  distanceFunction?: ((a: Tensor, b: Tensor) => Tensor) | null | undefined;
  /** Whether the negative's distance from the positive counts where it is less. */
  swap?: boolean | undefined;
}

/**
 * `tripletMarginLoss` with any distance.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a margin that is not positive.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const x = tensor([[0, 0]]);
 * const loss = nn.functional.tripletMarginWithDistanceLoss(x, x, tensor([[3, 0]]), {
 *   distanceFunction: (a, b) => a.sub(b).abs().sum(1),
 *   margin: 5,
 * });
 * console.log(loss.item()); // 2
 * ```
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options?: TripletMarginWithDistanceLossOptions,
): Tensor {
  const where = 'tripletMarginWithDistanceLoss';
  const given = checkOptions(where, options, [...names, 'distanceFunction', 'swap']) ?? {};
  const distance = given.distanceFunction ?? aten.distance;
  const margin = marginOf(where, given.margin);
  const reduction = reductionOf(where, given);
  return tidy(() => {
    const toPositive = distance(anchor, positive);
    const toNegative = distance(anchor, negative);
    const nearest = given.swap ? toNegative.minimum(distance(positive, negative)) : toNegative;
    return reduced(toPositive.add(margin).sub(nearest).clampMin(0), reduction);
  });
}
