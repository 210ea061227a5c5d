import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { Tensor } from '../index.js';
import { toNativeSource } from '../module/source.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { checkBoolean, checkChoice, checkCount, checkValues } from './checks.js';
import { failure, wordsOf, wrongArgument } from './failures.js';
import type { ImageLayout } from './options.js';
import { encodePixels } from './sharp.js';
import { toPixels } from './to-pixels.js';

/** Formats that tensors are written in. */
export type ImageFormat = 'png' | 'jpeg' | 'webp';

/** How a tensor becomes a file. */
export interface EncodeImageOptions {
  /** 'png' unless given; `saveImage` goes by the name of the file. */
  readonly format?: ImageFormat | undefined;
  /** 1 to 100, for JPEG and WebP; 80 unless given. */
  readonly quality?: number | undefined;
  /** For WebP: whether the pixels come back as they were. */
  readonly lossless?: boolean | undefined;
  /** Order of the tensor's dimensions, of which the batch may be absent; 'NCHW' unless given. */
  readonly layout?: ImageLayout | undefined;
  /** Whether float elements go from 0 to 1 rather than 255; true unless given. */
  readonly scale?: boolean | undefined;
  /** What was subtracted when the tensor was normalized; it is added again. */
  readonly mean?: readonly number[] | undefined;
  /** What it was divided by; it is multiplied again. */
  readonly std?: readonly number[] | undefined;
}

const names = ['format', 'quality', 'lossless', 'layout', 'scale', 'mean', 'std'];
const formats = ['png', 'jpeg', 'webp'] as const;

/** Height, width and channels of a tensor of one image. */
function sidesOf(where: string, image: unknown, layout: ImageLayout): [number, number, number] {
  if (!(image instanceof Tensor)) {
    const message = `${where}: expected a Tensor, got ${describe(image)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const { shape } = image;
  const one = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const channelsFirst = layout === 'NCHW';
  const grey = channelsFirst ? [1, ...one] : [...one, 1];
  const sides = one.length === 2 ? grey : one;
  const [channels = 0, height = 0, width = 0] = channelsFirst
    ? sides
    : [sides[2], sides[0], sides[1]];
  const isImage = sides.length === 3 && [1, 3, 4].includes(channels) && height * width > 0;
  if (isImage) return [height, width, channels];
  const expected = channelsFirst ? '[1, 3, height, width]' : '[1, height, width, 3]';
  const message =
    `${where}: expected one image, ${expected} or with 1 or 4 channels, ` +
    `got shape [${shape.join(', ')}]`;
  throw wrongArgument('ERR_SHAPE_MISMATCH', message);
}

interface Plan {
  readonly format: ImageFormat;
  readonly quality: number | null;
  readonly lossless: boolean;
  readonly layout: ImageLayout;
  readonly scale: boolean;
  readonly sides: readonly [height: number, width: number, channels: number];
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

function refuse(where: string, message: string): never {
  throw wrongArgument('ERR_INVALID_ARG_VALUE', `${where}: ${message}`);
}

function planOf(where: string, image: unknown, options: EncodeImageOptions | undefined): Plan {
  const given = checkOptions(where, options, names) ?? {};
  const format = checkChoice(where, 'format', given.format, formats);
  const layout = checkChoice(where, 'layout', given.layout, ['NCHW', 'NHWC']);
  const sides = sidesOf(where, image, layout);
  const { dtype } = image as Tensor;
  const isFloat = /^b?float/.test(dtype);
  if (!isFloat && dtype !== 'uint8' && dtype !== 'bool') {
    const message = `${where}: expected float, uint8 or bool elements, got ${dtype}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const mean = checkValues(where, 'mean', given.mean, sides[2]);
  const std = checkValues(where, 'std', given.std, sides[2]);
  if (!isFloat && (mean !== null || std !== null)) {
    refuse(where, `mean and std need float elements, got ${dtype}`);
  }
  const lossless = checkBoolean(where, 'lossless', given.lossless, false);
  if (lossless && format !== 'webp') refuse(where, "lossless is for format 'webp'");
  let quality: number | null = null;
  if (given.quality !== undefined) {
    if (format === 'png') refuse(where, 'a PNG is lossless and has no quality');
    quality = checkCount(where, 'quality', given.quality);
    if (quality > 100) {
      const message = `${where}: expected quality to be from 1 to 100, got ${quality}`;
      throw wrongArgument('ERR_OUT_OF_RANGE', message);
    }
  }
  if (format === 'jpeg' && sides[2] === 4) {
    refuse(where, 'a JPEG has no transparency: give 3 channels, or another format');
  }
  const scale = checkBoolean(where, 'scale', given.scale, true);
  return { format, quality, lossless, layout, scale, sides, mean, std };
}

async function encode(where: string, image: Tensor, plan: Plan): Promise<Buffer> {
  const [height, width, channels] = plan.sides;
  const data = await toPixels(image, plan);
  return encodePixels(where, { data, height, width, channels }, plan);
}

/**
 * Writes a tensor of one image, [1, 3, height, width] or [3, height, width], also with 1 or 4
 * channels, as PNG, JPEG or WebP. Floats from 0 to 1 are rounded to the nearest of 256 values, so
 * that what `decodeImage` gave comes back.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { decodeImage, imagenet, tensorToImage } from 'libtorch-node/image';
 *
 * const input = await decodeImage('photo.jpg', imagenet);
 * const { mean, std } = imagenet;
 * const jpeg = await tensorToImage(input, { format: 'jpeg', quality: 90, mean, std });
 * await writeFile('what-the-model-sees.jpg', jpeg);
 * ```
 */
export async function tensorToImage(image: Tensor, options?: EncodeImageOptions): Promise<Buffer> {
  return encode('tensorToImage', image, planOf('tensorToImage', image, options));
}

const extensions: Readonly<Record<string, ImageFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

/**
 * Writes a tensor of one image to a file; the format is that of its name unless given. The options
 * are those of `tensorToImage`.
 *
 * @throws TorchError `ERR_SAVE_FAILED` where the file cannot be written.
 * @example
 * ```ts
 * import { rand } from 'libtorch-node';
 * import { saveImage } from 'libtorch-node/image';
 *
 * await saveImage(rand([3, 64, 64]), 'noise.webp', { lossless: true });
 * ```
 */
export async function saveImage(
  image: Tensor,
  path: string | URL,
  options?: EncodeImageOptions,
): Promise<void> {
  const where = 'saveImage';
  if (typeof path !== 'string' && !(path instanceof URL)) {
    const message = `${where}: expected a path or file: URL, got ${describe(path)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const target = toNativeSource(path, where) as { readonly path: string };
  const format = options?.format ?? extensions[extname(target.path).toLowerCase()];
  if (format === undefined) {
    refuse(
      where,
      `${target.path} ends in none of ${Object.keys(extensions).join(', ')}: give format`,
    );
  }
  const bytes = await encode(where, image, planOf(where, image, { ...options, format }));
  try {
    await writeFile(target.path, bytes);
  } catch (cause) {
    throw failure('ERR_SAVE_FAILED', `${target.path}: cannot be written: ${wordsOf(cause)}`, cause);
  }
}
