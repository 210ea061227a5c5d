import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { type InplaceOptions, named } from './options.js';

const aten = {
  leakyRelu: operator('aten::leaky_relu'),
  leakyRelu_: operator('aten::leaky_relu_'),
  rrelu: operator('aten::rrelu'),
  rrelu_: operator('aten::rrelu_'),
  hardtanh: operator('aten::hardtanh'),
  hardtanh_: operator('aten::hardtanh_'),
  threshold: operator('aten::threshold'),
  threshold_: operator('aten::threshold_'),
  glu: operator('aten::glu'),
};

/** Options of `leakyRelu`. */
export interface LeakyReluOptions extends InplaceOptions {
  /** Default 0.01. */
  negativeSlope?: number | undefined;
}

/**
 * x where it is positive, else x times a small slope.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.leakyRelu(tensor([-2, 1]), 0.5).toArray()); // [-1, 1]
 * ```
 */
export function leakyRelu(input: Tensor, options?: number | LeakyReluOptions): Tensor {
  const given = named('leakyRelu', options, 'negativeSlope', ['negativeSlope', 'inplace']);
  const { negativeSlope = 0.01, inplace } = given;
  return (inplace ? aten.leakyRelu_ : aten.leakyRelu)(input, negativeSlope);
}

/** Options of `rrelu`. */
export interface RreluOptions extends InplaceOptions {
  /** Default 1/8. */
  lower?: number | undefined;
  /** Default 1/3. */
  upper?: number | undefined;
  /** Whether slopes are random, or the mean of both bounds; default false. */
  training?: boolean | undefined;
}

/**
 * x where it is positive, else x times a slope: random between bounds in training, their mean
 * otherwise.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.rrelu(tensor([-2, 1]), { lower: 0, upper: 1 }).toArray()); // [-1, 1]
 * ```
 */
export function rrelu(input: Tensor, options?: RreluOptions): Tensor {
  const given = checkOptions('rrelu', options, ['lower', 'upper', 'training', 'inplace']) ?? {};
  const { lower = 1 / 8, upper = 1 / 3, training = false, inplace } = given;
  return (inplace ? aten.rrelu_ : aten.rrelu)(input, lower, upper, training);
}

/** Options of `hardtanh`. */
export interface HardtanhOptions extends InplaceOptions {
  /** Default -1. */
  minVal?: number | undefined;
  /** Default 1. */
  maxVal?: number | undefined;
}

/**
 * Elements cut to a range, -1 to 1 unless given.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` where the least is more than the greatest.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.hardtanh(tensor([-2, 0.5, 3])).toArray()); // [-1, 0.5, 1]
 * ```
 */
export function hardtanh(input: Tensor, options?: HardtanhOptions): Tensor {
  const given = checkOptions('hardtanh', options, ['minVal', 'maxVal', 'inplace']) ?? {};
  const { minVal = -1, maxVal = 1, inplace } = given;
  if (minVal > maxVal) {
    throw makeError(
      'ERR_OUT_OF_RANGE',
      `hardtanh: expected minVal to be at most maxVal, got ${minVal} and ${maxVal}`,
    );
  }
  return (inplace ? aten.hardtanh_ : aten.hardtanh)(input, minVal, maxVal);
}

/**
 * x where it is above a threshold, else a value.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.threshold(tensor([0.5, 2]), 1, 9).toArray()); // [9, 2]
 * ```
 */
export function threshold(
  input: Tensor,
  threshold: number,
  value: number,
  options?: InplaceOptions,
): Tensor {
  const inplace = checkOptions('threshold', options, ['inplace'])?.inplace;
  return (inplace ? aten.threshold_ : aten.threshold)(input, threshold, value);
}

/** Options of `glu`. */
export interface GluOptions extends Keywords {
  /** Default -1. */
  dim?: number | undefined;
}

/**
 * One half of a dimension times the sigmoid of the other.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.glu(tensor([2, 0])).toArray()); // [1]
 * ```
 */
export function glu(input: Tensor, dim?: number | GluOptions): Tensor {
  return aten.glu(input, named('glu', dim, 'dim', ['dim']).dim ?? -1);
}
