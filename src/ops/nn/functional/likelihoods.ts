import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkSameShape, type LossOptions, reduced, reductionOf } from './reduction.js';

const aten = {
  poisson: operator('aten::poisson_nll_loss'),
  klDiv: operator('aten::kl_div'),
  onesLike: operator('aten::ones_like'),
};

/** Options of `poissonNllLoss`. */
export interface PoissonNllLossOptions extends LossOptions {
  /** Whether the input is the logarithm of the rate, default true. */
  logInput?: boolean | undefined;
  /** Whether to add Stirling's approximation. */
  full?: boolean | undefined;
  /** Added to the rate before its logarithm, 1e-8 unless given. */
  eps?: number | undefined;
}

/**
 * The negative logarithm of the likelihood of counts under Poisson distributions.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.poissonNllLoss(tensor([0]), tensor([2])).item()); // 1
 * ```
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options?: PoissonNllLossOptions,
): Tensor {
  const names = ['logInput', 'full', 'eps', 'reduction'];
  const given = checkOptions('poissonNllLoss', options, names) ?? {};
  const { logInput = true, full = false, eps = 1e-8 } = given;
  const reduction = reductionOf('poissonNllLoss', given);
  return aten.poisson(input, target, logInput, full, eps, reduction);
}

/** Options of `gaussianNllLoss`. */
export interface GaussianNllLossOptions extends LossOptions {
  /** Whether to add the constant term. */
  full?: boolean | undefined;
  /** The least variance, 1e-6 unless given. */
  eps?: number | undefined;
}

/**
 * The negative logarithm of the likelihood of values under normal distributions of given means and
 * variances.
 *
 * @throws RangeError `ERR_VALUE` for a negative variance, `ERR_SHAPE_MISMATCH` for a shape that does
 * not fit.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.gaussianNllLoss(tensor([1]), tensor([3]), 1).item()); // 2
 * ```
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options?: GaussianNllLossOptions,
): Tensor {
  const where = 'gaussianNllLoss';
  const given = checkOptions(where, options, ['full', 'eps', 'reduction']) ?? {};
  const { full = false, eps = 1e-6 } = given;
  const reduction = reductionOf(where, given);
  return tidy(() => {
    let v = typeof variance === 'number' ? aten.onesLike(input).mul(variance) : variance;
    if (v.lt(0).any().item()) {
      throw makeError('ERR_VALUE', `${where}: expected no negative variance`);
    }
    const { shape } = input;
    if (String(v.shape) !== String(shape)) {
      const different = shape.filter((size, axis) => size !== v.shape[axis]);
      const ofVariance = v.shape.filter((size, axis) => size !== shape[axis]);
      if (String(shape.slice(0, -1)) === String(v.shape)) v = v.unsqueeze(-1);
      else if (v.dim() !== shape.length || different.length !== 1 || ofVariance[0] !== 1) {
        checkSameShape(where, 'variance', input, v);
      }
    }
    const clamped = v.detach().clampMin(eps);
    const difference = input.sub(target);
    const losses = clamped.log().add(difference.mul(difference).div(clamped)).mul(0.5);
    return reduced(full ? losses.add(0.5 * Math.log(2 * Math.PI)) : losses, reduction);
  });
}

/** Options of `klDiv`. */
export interface KlDivOptions {
  /** Default 'mean', which divides by the number of elements; 'batchmean' is the definition. */
  readonly reduction?: 'mean' | 'batchmean' | 'sum' | 'none' | undefined;
  /** Whether the target is logarithms too. */
  readonly logTarget?: boolean | undefined;
}

/**
 * The Kullback–Leibler divergence of a target from an input of logarithms.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown reduction.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const loss = nn.functional.klDiv(tensor([[0]]), tensor([[1]]), { reduction: 'batchmean' });
 * console.log(loss.item()); // 0
 * ```
 */
export function klDiv(input: Tensor, target: Tensor, options?: KlDivOptions): Tensor {
  const { reduction, logTarget = false } =
    checkOptions('klDiv', options, ['reduction', 'logTarget']) ?? {};
  const ofBatch = reduction === 'batchmean';
  const kind = reductionOf('klDiv', { reduction: ofBatch ? 'sum' : reduction });
  const kwargs = { log_target: logTarget };
  if (!ofBatch || input.dim() === 0) return aten.klDiv(input, target, kind, kwargs);
  return tidy(() => aten.klDiv(input, target, kind, kwargs).div(input.shape[0]!));
}
