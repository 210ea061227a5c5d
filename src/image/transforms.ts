/** torchvision's transforms of tensors: recorded by autograd, on every device. */
import { constantPadNd, ops, type Tensor, Tensor as TensorClass, tensor } from '../index.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { checkNumber, checkSize, checkValues } from './checks.js';
import { wrongArgument } from './failures.js';
import { checkInterpolation, type ImageSize, type Interpolation } from './options.js';
import { centerOf, type Extent, resizedTo } from './sizes.js';

/** Options of `resize`. */
export interface ResizeOptions {
  /** 'bilinear' unless given. */
  readonly interpolation?: Interpolation | undefined;
  /** Whether every pixel counts when scaling down; true unless given. */
  readonly antialias?: boolean | undefined;
}

/** The sides of an image, which are the last two dimensions. */
function extentOf(where: string, image: unknown): Extent {
  if (!(image instanceof TensorClass)) {
    const message = `${where}: expected a Tensor, got ${describe(image)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const [height = 0, width = 0] = image.shape.slice(-2);
  if (image.ndim < 2 || height === 0 || width === 0) {
    const expected = '[..., channels, height, width] with pixels';
    const message = `${where}: expected ${expected}, got shape [${image.shape.join(', ')}]`;
    throw wrongArgument('ERR_SHAPE_MISMATCH', message);
  }
  return { height, width };
}

function requireSize(where: string, size: unknown): ImageSize {
  const checked = checkSize(where, 'size', size);
  if (checked !== null) return checked;
  throw wrongArgument('ERR_MISSING_ARGUMENT', `${where}: a size is missing`);
}

function scaled(
  image: Tensor,
  size: number[],
  interpolation: Interpolation,
  antialias: boolean,
): Tensor {
  const { aten } = ops;
  if (interpolation === 'nearest') return aten._upsample_nearest_exact2d(image, size) as Tensor;
  if (interpolation === 'lanczos') return aten._upsample_lanczos2d_aa(image, size, false) as Tensor;
  if (interpolation === 'bicubic') {
    return antialias
      ? (aten._upsample_bicubic2d_aa(image, size, false) as Tensor)
      : (aten.upsample_bicubic2d(image, size, false) as Tensor);
  }
  return antialias
    ? (aten._upsample_bilinear2d_aa(image, size, false) as Tensor)
    : (aten.upsample_bilinear2d(image, size, false) as Tensor);
}

/**
 * Scales the images of a tensor [..., channels, height, width], float or uint8: torchvision's
 * `resize`. A number is the length of the shorter side.
 *
 * @example
 * ```ts
 * import { rand } from 'libtorch-node';
 * import { resize } from 'libtorch-node/image';
 *
 * console.log(resize(rand([3, 480, 640]), 256).shape); // [3, 256, 341]
 * const digits = rand([8, 1, 28, 28]);
 * console.log(resize(digits, [32, 32], { interpolation: 'bicubic' }).shape); // [8, 1, 32, 32]
 * ```
 */
export function resize(image: Tensor, size: ImageSize, options?: ResizeOptions): Tensor {
  const given = checkOptions('resize', options, ['interpolation', 'antialias']) ?? {};
  const { interpolation, antialias } = checkInterpolation('resize', given);
  const extent = extentOf('resize', image);
  const { height, width } = resizedTo(extent, requireSize('resize', size), 'fill');
  if (height === extent.height && width === extent.width) return image.reshape(image.shape);
  const { shape } = image;
  const isBatch = shape.length === 4;
  const count = shape.slice(0, -3).reduce((product, length) => product * length, 1);
  const four = isBatch
    ? image
    : image.reshape([count, shape.at(-3) ?? 1, extent.height, extent.width]);
  const result = scaled(four, [height, width], interpolation, antialias);
  if (isBatch) return result;
  four.dispose();
  const reshaped = result.reshape([...shape.slice(0, -2), height, width]);
  result.dispose();
  return reshaped;
}

/**
 * Cuts the middle out of the images of a tensor [..., height, width], a view of them: torchvision's
 * `center_crop`. Where they are smaller, they are padded with `fill`.
 *
 * @example
 * ```ts
 * import { rand } from 'libtorch-node';
 * import { centerCrop } from 'libtorch-node/image';
 *
 * console.log(centerCrop(rand([3, 256, 341]), 224).shape); // [3, 224, 224]
 * console.log(centerCrop(rand([1, 3, 20, 50]), [32, 32]).shape); // [1, 3, 32, 32]
 * ```
 */
export function centerCrop(
  image: Tensor,
  size: ImageSize,
  options?: { readonly fill?: number | undefined },
): Tensor {
  const given = checkOptions('centerCrop', options, ['fill']) ?? {};
  const fill = checkNumber('centerCrop', 'fill', given.fill ?? 0, -1e38, 1e38);
  const extent = extentOf('centerCrop', image);
  const checked = requireSize('centerCrop', size);
  const [height, width] = typeof checked === 'number' ? [checked, checked] : checked;
  const { top, left } = centerOf({ top: 0, left: 0, ...extent }, { height, width });
  const rows = Math.min(height, extent.height);
  const columns = Math.min(width, extent.width);
  const tall = image.narrow(-2, Math.max(top, 0), rows);
  const part = tall.narrow(-1, Math.max(left, 0), columns);
  tall.dispose();
  if (rows === height && columns === width) return part;
  const [before, above] = [Math.max(-left, 0), Math.max(-top, 0)];
  const padding = [before, width - columns - before, above, height - rows - above];
  const padded = constantPadNd(part, padding, fill);
  part.dispose();
  return padded;
}

/**
 * Subtracts means from the channels of a float tensor [..., channels, height, width] and divides by
 * deviations: torchvision's `normalize`.
 *
 * @example
 * ```ts
 * import { ones } from 'libtorch-node';
 * import { normalize } from 'libtorch-node/image';
 *
 * const image = normalize(ones([3, 4, 4]), [0.5, 0.5, 0.5], [0.25, 0.5, 1]);
 * console.log(image.amax([1, 2]).toArray()); // [2, 1, 0.5]
 * ```
 */
export function normalize(image: Tensor, mean: readonly number[], std: readonly number[]): Tensor {
  extentOf('normalize', image);
  const { dtype, device } = image;
  if (!/float/.test(dtype)) {
    const message = `normalize: expected a float tensor, got ${dtype}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const channels = image.shape.at(-3) ?? 1;
  const values = (name: 'mean' | 'std', given: unknown): Tensor => {
    const checked = checkValues('normalize', name, given, channels);
    if (checked === null) {
      throw wrongArgument('ERR_MISSING_ARGUMENT', `normalize: ${name} is missing`);
    }
    const flat = tensor([...checked], { dtype, device });
    const shaped = flat.reshape([checked.length, 1, 1]);
    flat.dispose();
    return shaped;
  };
  const means = values('mean', mean);
  const deviations = values('std', std);
  const centered = image.sub(means);
  try {
    return centered.div(deviations);
  } finally {
    for (const made of [means, deviations, centered]) made.dispose();
  }
}
