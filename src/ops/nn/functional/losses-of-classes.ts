import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type LossOptions, reduced, reductionOf, type WeightedLossOptions } from './reduction.js';

const aten = {
  ctc: operator('aten::ctc_loss'),
  softMargin: operator('aten::soft_margin_loss'),
  multiMargin: operator('aten::multi_margin_loss'),
  multilabelMargin: operator('aten::multilabel_margin_loss'),
  logSigmoid: operator('aten::log_sigmoid'),
};

/** Options of `ctcLoss`. */
export interface CtcLossOptions extends LossOptions {
  /** The class that stands for nothing, 0 unless given. */
  blank?: number | undefined;
  /** Whether targets that are too long count as no loss. */
  zeroInfinity?: boolean | undefined;
}

/**
 * The connectionist temporal classification loss of sequences whose alignment is unknown.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor, zeros } from 'libtorch-node';
 *
 * const loss = nn.functional.ctcLoss(zeros([4, 1, 3]), tensor([[1n, 2n]]), [4], [2]);
 * console.log(loss.shape); // []
 * ```
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | readonly number[],
  targetLengths: Tensor | readonly number[],
  options?: CtcLossOptions,
): Tensor {
  const given = checkOptions('ctcLoss', options, ['blank', 'reduction', 'zeroInfinity']) ?? {};
  const { blank = 0, zeroInfinity = false } = given;
  const reduction = reductionOf('ctcLoss', given);
  return aten.ctc(logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity);
}

/**
 * log(1 + exp(-target · input)) for targets of 1 and -1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.softMarginLoss(tensor([999]), tensor([1])).item()); // 0
 * ```
 */
export function softMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const given = checkOptions('softMarginLoss', options, ['reduction']);
  return aten.softMargin(input, target, reductionOf('softMarginLoss', given));
}

/** Options of `multiMarginLoss`. */
export interface MultiMarginLossOptions extends WeightedLossOptions {
  /** 1, the default, or 2. */
  p?: number | undefined;
  /** Default 1. */
  margin?: number | undefined;
}

/**
 * How much other classes come near to the right one, within a margin.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.multiMarginLoss(tensor([[0, 0]]), tensor([1n])).item()); // 0.5
 * ```
 */
export function multiMarginLoss(
  input: Tensor,
  target: Tensor,
  options?: MultiMarginLossOptions,
): Tensor {
  const names = ['weight', 'reduction', 'p', 'margin'];
  const given = checkOptions('multiMarginLoss', options, names) ?? {};
  const { weight = null, p = 1, margin = 1 } = given;
  const reduction = reductionOf('multiMarginLoss', given);
  return aten.multiMargin(input, target, p, margin, weight, reduction);
}

/**
 * How much wrong classes come near to each of the right ones, which are listed and end at -1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.multilabelMarginLoss(tensor([[0, 0]]), tensor([[1n, -1n]])).item()); // 0.5
 * ```
 */
export function multilabelMarginLoss(input: Tensor, target: Tensor, options?: LossOptions): Tensor {
  const given = checkOptions('multilabelMarginLoss', options, ['reduction']);
  return aten.multilabelMargin(input, target, reductionOf('multilabelMarginLoss', given));
}

/**
 * The mean over classes of the cross entropy of logits and targets of 0 and 1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.multilabelSoftMarginLoss(tensor([[999]]), tensor([[1]])).item()); // 0
 * ```
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options?: WeightedLossOptions,
): Tensor {
  const where = 'multilabelSoftMarginLoss';
  const given = checkOptions(where, options, ['weight', 'reduction']) ?? {};
  const reduction = reductionOf(where, given);
  return tidy(() => {
    const positive = target.mul(aten.logSigmoid(input));
    const negative = target.neg().add(1).mul(aten.logSigmoid(input.neg()));
    const losses = positive.add(negative).neg();
    const weighed = given.weight ? losses.mul(given.weight) : losses;
    return reduced(weighed.sum(-1).div(input.shape.at(-1)!), reduction);
  });
}
