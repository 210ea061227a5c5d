/** What sharp does: files to pixels and back. */
import { failure, wordsOf } from './failures.js';
import { explainBytes } from './file-kinds.js';
import type { EncodedImage } from './source.js';

type Sharp = typeof import('sharp')['default'];

/** Rows of pixels from the top, without gaps. */
export interface Pixels {
  readonly data: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Cyan, magenta, yellow and black rather than red, green, blue and alpha. */
  readonly isCmyk: boolean;
}

/** What decides about the pixels. */
export interface PixelOptions {
  readonly channels: 1 | 3 | 4;
  readonly applyExifOrientation: boolean;
  readonly limitInputPixels: number;
}

async function loadSharp(where: string): Promise<Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const message =
      `${where}: images are read and written by sharp, an optional peer dependency that could ` +
      'not be loaded: npm install sharp';
    throw failure('ERR_MISSING_SHARP', message, cause);
  }
}

function checkPixels({ name }: EncodedImage, width: number, height: number, limit: number): void {
  if (width * height <= limit) return;
  const message =
    `${name}: the image has ${width} x ${height} pixels, more than limitInputPixels allows: ` +
    `${limit}`;
  throw failure('ERR_IMAGE_TOO_LARGE', message);
}

/** The pixels of a file: RGB, RGBA or CMYK with 8 bits. */
export async function decodePixels(
  where: string,
  image: EncodedImage,
  { channels, applyExifOrientation, limitInputPixels }: PixelOptions,
): Promise<Pixels> {
  const sharp = await loadSharp(where);
  if (image.bytes.length === 0)
    throw failure('ERR_IMAGE_DECODE', `${image.name}: the file is empty`);
  try {
    // Pillow and torchvision leave profiles alone; the limit is checked where the size is known.
    const options = { failOn: 'error', ignoreIcc: true, limitInputPixels: false } as const;
    let pipeline = sharp(image.bytes, options);
    const { width, height, space } = await pipeline.metadata();
    checkPixels(image, width, height, limitInputPixels);
    if (applyExifOrientation) pipeline = pipeline.rotate();
    const isCmyk = space === 'cmyk';
    if (isCmyk) pipeline = pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
    else {
      pipeline = channels === 4 ? pipeline.ensureAlpha() : pipeline.removeAlpha();
      pipeline = pipeline.toColourspace('srgb');
    }
    const raw = pipeline.raw({ depth: 'uchar' });
    const { data, info } = await raw.toBuffer({ resolveWithObject: true });
    return { data, height: info.height, width: info.width, channels: info.channels, isCmyk };
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_IMAGE_TOO_LARGE') throw cause;
    throw explainBytes(image, wordsOf(cause), cause);
  }
}

/** How pixels are written. */
export interface WriteOptions {
  readonly format: 'png' | 'jpeg' | 'webp';
  readonly quality: number | null;
  readonly lossless: boolean;
}

/** The file of pixels. */
export async function encodePixels(
  where: string,
  { data, height, width, channels }: Omit<Pixels, 'isCmyk'>,
  { format, quality, lossless }: WriteOptions,
): Promise<Buffer> {
  const sharp = await loadSharp(where);
  const raw = { width, height, channels: channels as 1 | 3 | 4 };
  const given = quality === null ? {} : { quality };
  const chosen = format === 'webp' ? { ...given, lossless } : given;
  try {
    const image = sharp(data, { raw, limitInputPixels: false });
    // Without it, one channel becomes three.
    const colour = channels === 1 ? image.toColourspace('b-w') : image;
    return await colour.toFormat(format, chosen).toBuffer();
  } catch (cause) {
    throw failure('ERR_SAVE_FAILED', `${where}: sharp cannot write it: ${wordsOf(cause)}`, cause);
  }
}
