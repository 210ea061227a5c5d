import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { norm } from '../../norm.js';
import type { Keywords } from '../../types.js';

const aten = {
  pad: operator('aten::constant_pad_nd'),
  average2d: operator('aten::avg_pool2d'),
  average3d: operator('aten::avg_pool3d'),
};

/** Options of `localResponseNorm`. */
export interface LocalResponseNormOptions extends Keywords {
  /** Default 1e-4. */
  alpha?: number | undefined;
  /** Default 0.75. */
  beta?: number | undefined;
  /** Default 1. */
  k?: number | undefined;
}

/**
 * Divides by a power of the mean square of neighbouring channels.
 *
 * @throws RangeError `ERR_VALUE` for fewer than three dimensions.
 * @example
 * ```ts
 * import { nn, zeros } from 'libtorch-node';
 *
 * console.log(nn.functional.localResponseNorm(zeros([1, 2, 1]), 2).toArray()); // [[[0], [0]]]
 * ```
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options?: LocalResponseNormOptions,
): Tensor {
  const {
    alpha = 1e-4,
    beta = 0.75,
    k = 1,
  } = checkOptions('localResponseNorm', options, ['alpha', 'beta', 'k']) ?? {};
  const { shape } = input;
  if (shape.length < 3) {
    throw makeError(
      'ERR_VALUE',
      `localResponseNorm: expected at least 3 dimensions, got ${shape.length}`,
    );
  }
  if (input.numel === 0) return input;
  const around = [Math.floor(size / 2), Math.floor((size - 1) / 2)];
  return tidy(() => {
    const squares = input.mul(input);
    const [batch, channels, rows] = shape as [number, number, number];
    const means =
      shape.length === 3
        ? aten
            .average2d(aten.pad(squares.unsqueeze(1), [0, 0, ...around], 0), [size, 1], 1)
            .squeeze(1)
        : aten
            .average3d(
              aten.pad(squares.view(batch, 1, channels, rows, -1), [0, 0, 0, 0, ...around], 0),
              [size, 1, 1],
              1,
            )
            .squeeze(1)
            .view(...shape);
    return input.div(means.mul(alpha).add(k).pow(beta));
  });
}

/** Options of `normalize`. */
export interface NormalizeOptions extends Keywords {
  /** Default 2. */
  p?: number | undefined;
  /** Default 1. */
  dim?: number | undefined;
  /** The least norm to divide by, 1e-12 unless given. */
  eps?: number | undefined;
}

/**
 * Divides vectors along a dimension by their norm.
 *
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.normalize(tensor([[0, 5]])).toArray()); // [[0, 1]]
 * ```
 */
export function normalize(input: Tensor, options?: NormalizeOptions): Tensor {
  const given = checkOptions('normalize', options, ['p', 'dim', 'eps']) ?? {};
  const { p = 2, dim = 1, eps = 1e-12 } = given;
  return tidy(() => input.div(norm(input, p, { dim, keepdim: true }).clampMin(eps)));
}
