import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { InplaceOptions } from './options.js';

type Activation = (input: Tensor, options?: InplaceOptions) => Tensor;

/** An operator without arguments, and the variant that changes its input. */
function activation(where: string, name: string): Activation {
  const plain = operator(`aten::${name}`);
  const inPlace = operator(`aten::${name}_`);
  return (input, options) =>
    (checkOptions(where, options, ['inplace'])?.inplace ? inPlace : plain)(input);
}

/**
 * max(0, x), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.relu(tensor([-1, 2])).toArray()); // [0, 2]
 * ```
 */
export const relu: Activation = activation('relu', 'relu');

/**
 * min(max(0, x), 6), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.relu6(tensor([-1, 9])).toArray()); // [0, 6]
 * ```
 */
export const relu6: Activation = activation('relu6', 'relu6');

/**
 * Scaled exponential linear units, element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.selu(tensor([0])).toArray()); // [0]
 * ```
 */
export const selu: Activation = activation('selu', 'selu');

/**
 * x · sigmoid(x), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.silu(tensor([0])).toArray()); // [0]
 * ```
 */
export const silu: Activation = activation('silu', 'silu');

/**
 * x · tanh(softplus(x)), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.mish(tensor([0])).toArray()); // [0]
 * ```
 */
export const mish: Activation = activation('mish', 'mish');

/**
 * x · relu6(x + 3) / 6, element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.hardswish(tensor([-3, 3])).toArray()); // [-0, 3]
 * ```
 */
export const hardswish: Activation = activation('hardswish', 'hardswish');

/**
 * relu6(x + 3) / 6, element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.hardsigmoid(tensor([-3, 0, 3])).toArray()); // [0, 0.5, 1]
 * ```
 */
export const hardsigmoid: Activation = activation('hardsigmoid', 'hardsigmoid');

/**
 * 1 / (1 + exp(-x)), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.sigmoid(tensor([0])).toArray()); // [0.5]
 * ```
 */
export const sigmoid: Activation = activation('sigmoid', 'sigmoid');

/**
 * The hyperbolic tangent, element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.tanh(tensor([0])).toArray()); // [0]
 * ```
 */
export const tanh: Activation = activation('tanh', 'tanh');

/**
 * x / (1 + |x|), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.softsign(tensor([1])).toArray()); // [0.5]
 * ```
 */
export function softsign(input: Tensor): Tensor {
  return tidy(() => input.div(input.abs().add(1)));
}

/**
 * x - tanh(x), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.tanhshrink(tensor([0])).toArray()); // [0]
 * ```
 */
export function tanhshrink(input: Tensor): Tensor {
  return tidy(() => input.sub(input.tanh()));
}

/** Options of `elu` and `celu`. */
export interface EluOptions extends InplaceOptions {
  /** What large negative inputs come near to, negated; 1 unless given. */
  alpha?: number | undefined;
}

const eluNames = ['alpha', 'inplace'];
const elus = {
  elu: [operator('aten::elu'), operator('aten::elu_')],
  celu: [operator('aten::celu'), operator('aten::celu_')],
} as const;

function eluLike(name: 'elu' | 'celu', input: Tensor, options: EluOptions | undefined): Tensor {
  const { alpha = 1, inplace } = checkOptions(name, options, eluNames) ?? {};
  return elus[name][inplace ? 1 : 0](input, alpha);
}

/**
 * x where it is positive, else alpha · (exp(x) - 1).
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.elu(tensor([2, 0])).toArray()); // [2, 0]
 * ```
 */
export function elu(input: Tensor, options?: EluOptions): Tensor {
  return eluLike('elu', input, options);
}

/**
 * max(0, x) + min(0, alpha · (exp(x / alpha) - 1)), element by element.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.celu(tensor([2, 0])).toArray()); // [2, 0]
 * ```
 */
export function celu(input: Tensor, options?: EluOptions): Tensor {
  return eluLike('celu', input, options);
}
