import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type InplaceOptions, named } from './options.js';

/** Options of the dropouts. */
export interface DropoutOptions extends InplaceOptions {
  /** The probability to become zero, 0.5 unless given. */
  p?: number | undefined;
  /** Whether anything happens: true for those of plain zeros, false for the alpha ones. */
  training?: boolean | undefined;
}

const aten = {
  dropout: operator('aten::dropout'),
  dropout_: operator('aten::dropout_'),
  alpha_dropout: operator('aten::alpha_dropout'),
  alpha_dropout_: operator('aten::alpha_dropout_'),
  feature_dropout: operator('aten::feature_dropout'),
  feature_dropout_: operator('aten::feature_dropout_'),
  feature_alpha_dropout: operator('aten::feature_alpha_dropout'),
  feature_alpha_dropout_: operator('aten::feature_alpha_dropout_'),
};

type Name = 'dropout' | 'alpha_dropout' | 'feature_dropout' | 'feature_alpha_dropout';

function drop(
  where: string,
  name: Name,
  input: Tensor,
  options: number | DropoutOptions | undefined,
  batchless?: number,
): Tensor {
  const given = named(where, options, 'p', ['p', 'training', 'inplace']);
  const { p = 0.5, training = !name.includes('alpha'), inplace = false } = given;
  if (!(p >= 0 && p <= 1)) {
    throw makeError('ERR_OUT_OF_RANGE', `${where}: expected p from 0 to 1, got ${p}`);
  }
  const call = aten[inplace ? (`${name}_` as const) : name];
  if (input.dim() !== batchless) return call(input, p, training);
  if (inplace) {
    call(input.unsqueeze(0), p, training);
    return input;
  }
  return tidy(() => call(input.unsqueeze(0), p, training).squeeze(0));
}

/**
 * Random elements become zero, the others grow by 1 / (1 - p); in training only.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.dropout(ones([2]), 1).toArray()); // [0, 0]
 * console.log(nn.functional.dropout(ones([2]), { training: false }).toArray()); // [1, 1]
 * ```
 */
export function dropout(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('dropout', 'dropout', input, p);
}

/**
 * Dropout that keeps mean and variance of inputs like those of `selu`; does nothing unless
 * `training` is set.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.alphaDropout(ones([2])).toArray()); // [1, 1]
 * ```
 */
export function alphaDropout(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('alphaDropout', 'alpha_dropout', input, p);
}

/**
 * Dropout of whole channels with one spatial dimension.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.dropout1d(ones([1, 1, 2]), 1).toArray()); // [[[0, 0]]]
 * ```
 */
export function dropout1d(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('dropout1d', 'feature_dropout', input, p, 2);
}

/**
 * Dropout of whole channels with two spatial dimensions.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.dropout2d(ones([1, 1, 1, 2]), 1).sum().item()); // 0
 * ```
 */
export function dropout2d(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('dropout2d', 'feature_dropout', input, p);
}

/**
 * Dropout of whole channels with three spatial dimensions.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.dropout3d(ones([1, 1, 1, 1, 2]), 1).sum().item()); // 0
 * ```
 */
export function dropout3d(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('dropout3d', 'feature_dropout', input, p, 4);
}

/**
 * `alphaDropout` of whole channels.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a probability outside of 0 to 1.
 * @example
 * ```ts
 * import { nn, ones } from 'libtorch-node';
 *
 * console.log(nn.functional.featureAlphaDropout(ones([1, 1, 2])).toArray()); // [[[1, 1]]]
 * ```
 */
export function featureAlphaDropout(input: Tensor, p?: number | DropoutOptions): Tensor {
  return drop('featureAlphaDropout', 'feature_alpha_dropout', input, p);
}
