import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { each, type Sizes } from './options.js';

/** How values between elements are found. */
export type InterpolationMode =
  | 'nearest'
  | 'nearest-exact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'area'
  | 'lanczos';

/** Where an output's size comes from. */
export interface ResizeOptions extends Keywords {
  /** Sizes of the spatial dimensions; or `scaleFactor`. */
  size?: Sizes | null | undefined;
  /** Factors of the spatial dimensions. */
  scaleFactor?: Sizes | null | undefined;
}

/** Options of `interpolate`. */
export interface InterpolateOptions extends ResizeOptions {
  /** Default 'nearest'. */
  mode?: InterpolationMode | undefined;
  /** Whether the centres of the corner elements stay, for the linear and cubic modes. */
  alignCorners?: boolean | null | undefined;
  /** Whether factors are computed anew from the sizes they give. */
  recomputeScaleFactor?: boolean | null | undefined;
  /** Smooths when shrinking, for 'bilinear', 'bicubic' and 'lanczos'. */
  antialias?: boolean | undefined;
}

type Call = (
  input: Tensor,
  size: readonly number[] | null,
  alignCorners: boolean,
  factors: readonly number[] | null,
) => Tensor;

/** Operators that align corners, and those that do not ask. */
function aligned(name: string): Call {
  return operator(`aten::${name}`);
}
function nearest(name: string): Call {
  const call = operator(`aten::${name}`);
  return (input, size, _alignCorners, factors) => call(input, size, factors);
}
function mean(name: string): Call {
  const call = operator(`aten::${name}`);
  return (input, size) => call(input, size);
}

/** By mode, then by the number of spatial dimensions. */
const kernels: Readonly<Record<string, readonly (Call | undefined)[]>> = {
  nearest: [1, 2, 3].map((n) => nearest(`upsample_nearest${n}d.vec`)),
  'nearest-exact': [1, 2, 3].map((n) => nearest(`_upsample_nearest_exact${n}d.vec`)),
  area: [1, 2, 3].map((n) => mean(`adaptive_avg_pool${n}d`)),
  linear: [aligned('upsample_linear1d.vec')],
  bilinear: [undefined, aligned('upsample_bilinear2d.vec')],
  bicubic: [undefined, aligned('upsample_bicubic2d.vec')],
  trilinear: [undefined, undefined, aligned('upsample_trilinear3d.vec')],
};
const smooth: Readonly<Record<string, Call | undefined>> = {
  bilinear: aligned('_upsample_bilinear2d_aa.vec'),
  bicubic: aligned('_upsample_bicubic2d_aa.vec'),
  lanczos: aligned('_upsample_lanczos2d_aa.vec'),
};

const names = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor', 'antialias'];

function refuse(message: string): never {
  throw makeError('ERR_INVALID_ARG_VALUE', `interpolate: ${message}`);
}

function kernelOf(mode: InterpolationMode, dims: number, antialias: boolean): Call {
  const kernel = antialias ? (dims === 2 ? smooth[mode] : undefined) : kernels[mode]?.[dims - 1];
  if (kernel !== undefined) return kernel;
  return refuse(
    `expected a mode for ${dims} spatial dimensions${antialias ? ' with antialias' : ''}, got '${mode}'`,
  );
}

/**
 * Resizes spatial dimensions, those after batch and channels, to a size or by a factor.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for a mode that does not fit the dimensions, and without
 * exactly one of `size` and `scaleFactor`.
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const { interpolate } = nn.functional;
 * const image = rand([1, 3, 8, 8]);
 * console.log(interpolate(image, { size: [16, 4], mode: 'bilinear' }).shape); // [1, 3, 16, 4]
 * console.log(interpolate(image, { scaleFactor: 2 }).shape); // [1, 3, 16, 16]
 * ```
 */
export function interpolate(input: Tensor, options: InterpolateOptions): Tensor {
  const given = checkOptions('interpolate', options, names) ?? {};
  const { mode = 'nearest', alignCorners = null, antialias = false } = given;
  const dims = input.dim() - 2;
  const fixed = ['nearest', 'area', 'nearest-exact'].includes(mode);
  if (fixed && alignCorners !== null) {
    refuse('alignCorners is for linear, bilinear, bicubic and trilinear modes');
  }
  const ofEach = (name: 'size' | 'scaleFactor'): number[] | null => {
    const value = given[name] ?? null;
    const values = value === null ? null : each(dims, value);
    if (values === null || values.length === dims) return values;
    return refuse(`expected ${dims} numbers for ${name}, got ${values.length}`);
  };
  let size = ofEach('size');
  let factors = ofEach('scaleFactor');
  if ((size === null) === (factors === null)) refuse('expected either size or scaleFactor');
  if (factors !== null && (given.recomputeScaleFactor || mode === 'area')) {
    size = factors.map((factor, axis) => Math.trunc(input.shape[axis + 2]! * factor));
    factors = null;
  }
  return kernelOf(mode, dims, antialias)(input, size, alignCorners ?? false, factors);
}

/**
 * `interpolate` by its older name.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.upsample(rand([1, 1, 2]), { scaleFactor: 2 }).shape); // [1, 1, 4]
 * ```
 */
export function upsample(input: Tensor, options: InterpolateOptions): Tensor {
  return interpolate(input, options);
}

/**
 * `interpolate` by the nearest element.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * console.log(nn.functional.upsampleNearest(rand([1, 1, 2]), { size: 3 }).shape); // [1, 1, 3]
 * ```
 */
export function upsampleNearest(input: Tensor, options: ResizeOptions): Tensor {
  return interpolate(input, { ...options, mode: 'nearest' });
}

/**
 * `interpolate` between four elements, with the corners aligned.
 *
 * @example
 * ```ts
 * import { nn, rand } from 'libtorch-node';
 *
 * const larger = nn.functional.upsampleBilinear(rand([1, 1, 2, 2]), { scaleFactor: 2 });
 * console.log(larger.shape); // [1, 1, 4, 4]
 * ```
 */
export function upsampleBilinear(input: Tensor, options: ResizeOptions): Tensor {
  return interpolate(input, { ...options, mode: 'bilinear', alignCorners: true });
}
