import { makeError } from '../../../errors.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import {
  checkSameShape,
  type LossOptions,
  reduced,
  reductionOf,
  type WeightedLossOptions,
} from './reduction.js';

const aten = {
  crossEntropy: operator('aten::cross_entropy_loss'),
  nll: operator('aten::nll_loss_nd'),
  binary: operator('aten::binary_cross_entropy'),
  binaryWithLogits: operator('aten::binary_cross_entropy_with_logits'),
  ctc: operator('aten::ctc_loss'),
  softMargin: operator('aten::soft_margin_loss'),
  multiMargin: operator('aten::multi_margin_loss'),
  multilabelMargin: operator('aten::multilabel_margin_loss'),
  logSigmoid: operator('aten::log_sigmoid'),
  linear: operator('aten::linear'),
};

/** Options of `nllLoss`. */
export interface NllLossOptions extends WeightedLossOptions {
  /** A class that does not count, -100 unless given. */
  ignoreIndex?: number | null | undefined;
}

/** Options of `crossEntropy`. */
export interface CrossEntropyOptions extends NllLossOptions {
  /** What part of the target is spread over all classes, 0 unless given. */
  labelSmoothing?: number | undefined;
}

const nllNames = ['weight', 'reduction', 'ignoreIndex'];
const crossNames = [...nllNames, 'labelSmoothing'];

/**
 * The cross entropy of logits and classes, or probabilities of classes.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.crossEntropy(tensor([[100, 0]]), tensor([0n])).item()); // 0
 * ```
 */
export function crossEntropy(input: Tensor, target: Tensor, options?: CrossEntropyOptions): Tensor {
  const given = checkOptions('crossEntropy', options, crossNames) ?? {};
  const { weight = null, ignoreIndex, labelSmoothing = 0 } = given;
  const reduction = reductionOf('crossEntropy', given);
  return aten.crossEntropy(input, target, weight, reduction, ignoreIndex ?? -100, labelSmoothing);
}

/** Options of `linearCrossEntropy`. */
export interface LinearCrossEntropyOptions extends CrossEntropyOptions {
  linearBias?: Tensor | null | undefined;
}

/**
 * The cross entropy of a linear layer's outputs and classes.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` for a weight that does not fit the input.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const weight = tensor([[100], [0]]);
 * console.log(nn.functional.linearCrossEntropy(tensor([[1]]), weight, tensor([0n])).item()); // 0
 * ```
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  options?: LinearCrossEntropyOptions,
): Tensor {
  const where = 'linearCrossEntropy';
  const { linearBias = null, ...rest } =
    checkOptions<LinearCrossEntropyOptions>(where, options, [...crossNames, 'linearBias']) ?? {};
  const [classes = 0, ...inner] = linearWeight.shape;
  const features = inner.pop() ?? 0;
  if (features !== input.shape.at(-1)) {
    throw makeError(
      'ERR_SHAPE_MISMATCH',
      `${where}: expected as many features in the weight [${linearWeight.shape}] as in the input ` +
        `[${input.shape}]`,
    );
  }
  return tidy(() => {
    const rows = inner.reduce((a, b) => a * b, classes);
    const weight = linearWeight.reshape(rows, features);
    const logits = aten.linear(input, weight, linearBias?.reshape(rows) ?? null);
    const shape = [...input.shape.slice(0, -1), classes, ...inner];
    return crossEntropy(logits.reshape(...shape), target, rest);
  });
}

/**
 * The negative logarithm of the likelihood of classes, from logarithms of their probabilities.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.nllLoss(tensor([[-1, -2]]), tensor([1n])).item()); // 2
 * ```
 */
export function nllLoss(input: Tensor, target: Tensor, options?: NllLossOptions): Tensor {
  const given = checkOptions('nllLoss', options, nllNames) ?? {};
  const reduction = reductionOf('nllLoss', given);
  return aten.nll(input, target, given.weight ?? null, reduction, given.ignoreIndex ?? -100);
}

/**
 * The cross entropy of probabilities and targets from 0 to 1.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` for a target of another shape.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.binaryCrossEntropy(tensor([1]), tensor([1])).item()); // 0
 * ```
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options?: WeightedLossOptions,
): Tensor {
  const given = checkOptions('binaryCrossEntropy', options, ['weight', 'reduction']) ?? {};
  const reduction = reductionOf('binaryCrossEntropy', given);
  checkSameShape('binaryCrossEntropy', 'target', input, target);
  return aten.binary(input, target, given.weight?.expand(target.shape) ?? null, reduction);
}

/** Options of `binaryCrossEntropyWithLogits`. */
export interface BinaryCrossEntropyWithLogitsOptions extends WeightedLossOptions {
  /** Factors of positive examples, one a class. */
  posWeight?: Tensor | null | undefined;
}

/**
 * The cross entropy of logits and targets from 0 to 1.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` for a target of another shape.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.binaryCrossEntropyWithLogits(tensor([99]), tensor([1])).item()); // 0
 * ```
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options?: BinaryCrossEntropyWithLogitsOptions,
): Tensor {
  const where = 'binaryCrossEntropyWithLogits';
  const given = checkOptions(where, options, ['weight', 'reduction', 'posWeight']) ?? {};
  const { weight = null, posWeight = null } = given;
  checkSameShape(where, 'target', input, target);
  return aten.binaryWithLogits(input, target, weight, posWeight, reductionOf(where, given));
}

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
 * console.log(nn.functional.softMarginLoss(tensor([99]), tensor([1])).item()); // 0
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
 * console.log(nn.functional.multilabelSoftMarginLoss(tensor([[99]]), tensor([[1]])).item()); // 0
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
