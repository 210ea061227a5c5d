import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkSameShape, reductionOf, type WeightedLossOptions } from './reduction.js';

const aten = {
  crossEntropy: operator('aten::cross_entropy_loss'),
  nll: operator('aten::nll_loss_nd'),
  binary: operator('aten::binary_cross_entropy'),
  binaryWithLogits: operator('aten::binary_cross_entropy_with_logits'),
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
 * console.log(nn.functional.binaryCrossEntropyWithLogits(tensor([999]), tensor([1])).item()); // 0
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
