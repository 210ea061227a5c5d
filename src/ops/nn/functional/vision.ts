import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords, Scalar } from '../../types.js';
import { checkOneOf, each, type Sizes } from './options.js';

const aten = {
  gridSampler: operator('aten::grid_sampler'),
  affineGrid: operator('aten::affine_grid_generator'),
  im2col: operator('aten::im2col'),
  col2im: operator('aten::col2im'),
  pad: operator('aten::pad'),
};

/** Options of `gridSample`. */
export interface GridSampleOptions extends Keywords {
  /** Default 'bilinear'. */
  mode?: 'bilinear' | 'nearest' | 'bicubic' | undefined;
  /** What is outside of the input, 'zeros' unless given. */
  paddingMode?: 'zeros' | 'border' | 'reflection' | undefined;
  /** Whether -1 and 1 are the centres of the corner elements or their edges, the default. */
  alignCorners?: boolean | null | undefined;
}

/**
 * The input at the places of a grid, whose coordinates go from -1 to 1.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown mode.
 * @example
 * ```ts
 * import { nn, rand, zeros } from 'libtorch-node';
 *
 * console.log(nn.functional.gridSample(rand([1, 3, 8, 8]), zeros([1, 2, 2, 2])).shape); // [1, 3, 2, 2]
 * ```
 */
export function gridSample(input: Tensor, grid: Tensor, options?: GridSampleOptions): Tensor {
  const where = 'gridSample';
  const given = checkOptions(where, options, ['mode', 'paddingMode', 'alignCorners']) ?? {};
  const modes = ['bilinear', 'nearest', 'bicubic'] as const;
  const paddings = ['zeros', 'border', 'reflection'] as const;
  const mode = checkOneOf(where, 'mode', given.mode ?? 'bilinear', modes);
  const padding = checkOneOf(where, 'paddingMode', given.paddingMode ?? 'zeros', paddings);
  return aten.gridSampler(
    input,
    grid,
    modes.indexOf(mode),
    paddings.indexOf(padding),
    given.alignCorners ?? false,
  );
}

/** Options of `affineGrid`. */
export interface AffineGridOptions extends Keywords {
  /** Whether -1 and 1 are the centres of the corner elements or their edges, the default. */
  alignCorners?: boolean | null | undefined;
}

/**
 * The grid that a batch of affine matrices makes for an output of a size, for `gridSample`.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` for matrices that do not fit the size.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const same = tensor([[[1, 0, 0], [0, 1, 0]]]);
 * console.log(nn.functional.affineGrid(same, [1, 3, 4, 5]).shape); // [1, 4, 5, 2]
 * ```
 */
export function affineGrid(
  theta: Tensor,
  size: readonly number[],
  options?: AffineGridOptions,
): Tensor {
  const { alignCorners } = checkOptions('affineGrid', options, ['alignCorners']) ?? {};
  const dims = size.length - 2;
  const [, rows, columns] = theta.shape;
  if ((dims !== 2 && dims !== 3) || rows !== dims || columns !== dims + 1) {
    throw makeError(
      'ERR_SHAPE_MISMATCH',
      `affineGrid: expected matrices of [N, 2, 3] for four sizes or [N, 3, 4] for five, got ` +
        `[${theta.shape}] for [${size}]`,
    );
  }
  return aten.affineGrid(theta, size, alignCorners ?? false);
}

/** Options of `unfold` and `fold`. */
export interface FoldOptions extends Keywords {
  dilation?: Sizes | undefined;
  padding?: Sizes | undefined;
  stride?: Sizes | undefined;
}

const foldNames = ['dilation', 'padding', 'stride'];

function foldArguments(where: string, options: FoldOptions | undefined): number[][] {
  const { dilation = 1, padding = 0, stride = 1 } = checkOptions(where, options, foldNames) ?? {};
  return [each(2, dilation), each(2, padding), each(2, stride)];
}

/**
 * The windows of images as columns.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.unfold(rand([1, 3, 4, 4]), 2).shape); // [1, 12, 9]
 * ```
 */
export function unfold(input: Tensor, kernelSize: Sizes, options?: FoldOptions): Tensor {
  return aten.im2col(input, each(2, kernelSize), ...foldArguments('unfold', options));
}

/**
 * Images from columns of windows, summed where they overlap.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.fold(rand([1, 12, 9]), [4, 4], 2).shape); // [1, 3, 4, 4]
 * ```
 */
export function fold(
  input: Tensor,
  outputSize: Sizes,
  kernelSize: Sizes,
  options?: FoldOptions,
): Tensor {
  const sizes = [each(2, outputSize), each(2, kernelSize)];
  return aten.col2im(input, ...sizes, ...foldArguments('fold', options));
}

/** Options of `pad`. */
export interface PadOptions extends Keywords {
  /** Default 'constant'. */
  mode?: 'constant' | 'reflect' | 'replicate' | 'circular' | undefined;
  /** What to pad with, 0 unless given. */
  value?: Scalar | null | undefined;
}

/**
 * Pads dimensions, the last first: `[left, right, top, bottom]` for images. Negative sizes crop.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for an unknown mode.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * console.log(nn.functional.pad(tensor([1, 2]), [1, 2]).toArray()); // [0, 1, 2, 0, 0]
 * ```
 */
export function pad(input: Tensor, pad: readonly number[], options?: PadOptions): Tensor {
  const { mode = 'constant', value = null } = checkOptions('pad', options, ['mode', 'value']) ?? {};
  checkOneOf('pad', 'mode', mode, ['constant', 'reflect', 'replicate', 'circular']);
  return aten.pad(input, pad, mode, value);
}
