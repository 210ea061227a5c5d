import type { DType } from '../../../tensor/dtype.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { named } from './options.js';

/** Options of `softmax`, `softmin` and `logSoftmax`. */
export interface SoftmaxOptions extends Keywords {
  /** The dimension whose elements sum to 1; without one PyTorch guesses, which it deprecates. */
  dim?: number | null | undefined;
  dtype?: DType | null | undefined;
}

const aten = {
  softmax: operator('aten::softmax.int'),
  logSoftmax: operator('aten::log_softmax.int'),
};
const negated = operator('aten::neg');
const zerosLike = operator('aten::zeros_like');
const emptyLike = operator('aten::empty_like');

function along(
  where: string,
  compute: (input: Tensor, dim: number, dtype: DType | null) => Tensor,
  input: Tensor,
  options: number | SoftmaxOptions | undefined,
): Tensor {
  const { dim, dtype = null } = named(where, options, 'dim', ['dim', 'dtype']);
  const guessed = [0, 1, 3].includes(input.dim()) ? 0 : 1;
  return compute(input, dim ?? guessed, dtype);
}

/**
 * Elements as probabilities: exp(x) over the sum of exp along a dimension.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.softmax(tensor([[0, 0]]), 1).toArray()); // [[0.5, 0.5]]
 * ```
 */
export function softmax(input: Tensor, dim?: number | SoftmaxOptions): Tensor {
  return along('softmax', aten.softmax, input, dim);
}

/**
 * The softmax of the negated input.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.softmin(tensor([[1, 1]]), 1).toArray()); // [[0.5, 0.5]]
 * ```
 */
export function softmin(input: Tensor, dim?: number | SoftmaxOptions): Tensor {
  return tidy(() => along('softmin', aten.softmax, negated(input), dim));
}

/**
 * The logarithm of the softmax, computed in one step.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.logSoftmax(tensor([[7]]), 1).toArray()); // [[0]]
 * ```
 */
export function logSoftmax(input: Tensor, dim?: number | SoftmaxOptions): Tensor {
  return along('logSoftmax', aten.logSoftmax, input, dim);
}

/** Options of `gumbelSoftmax`. */
export interface GumbelSoftmaxOptions extends Keywords {
  /** The temperature, 1 unless given. */
  tau?: number | undefined;
  /** Whether to give one-hot vectors. */
  hard?: boolean | undefined;
  /** Default -1. */
  dim?: number | undefined;
}

/**
 * Samples of the Gumbel-softmax distribution.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const sample = nn.functional.gumbelSoftmax(tensor([[0, 0, 0]]), { hard: true });
 * console.log(sample.sum().item()); // 1
 * ```
 */
export function gumbelSoftmax(logits: Tensor, options?: GumbelSoftmaxOptions): Tensor {
  const given = checkOptions('gumbelSoftmax', options, ['tau', 'hard', 'dim']) ?? {};
  const { tau = 1, hard = false, dim = -1 } = given;
  return tidy(() => {
    const noise = emptyLike(logits).exponential_().log().neg();
    const soft = aten.softmax(logits.add(noise).div(tau), dim);
    if (!hard) return soft;
    const index = soft.argmax(dim, true);
    const oneHot = zerosLike(logits).scatter_(dim, index, 1);
    // The gradient is the soft sample's.
    return oneHot.sub(soft.detach()).add(soft);
  });
}
