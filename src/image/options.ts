import type { DType } from '../index.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import {
  checkBoolean,
  checkChoice,
  checkLimit,
  checkNumber,
  checkSize,
  checkValues,
} from './checks.js';
import { wrongArgument } from './failures.js';

/** Element types of images. */
export type ImageDType = Extract<DType, 'float32' | 'uint8'>;

/** The shorter side, or both. */
export type ImageSize = number | readonly [height: number, width: number];

/** How pixels between pixels come about; 'nearest' is Pillow's, torchvision's 'nearest-exact'. */
export type Interpolation = 'bilinear' | 'bicubic' | 'lanczos' | 'nearest';

/** What becomes of the proportions where `resize` says both sides. */
export type Fit = 'fill' | 'cover' | 'contain';

/** Order of the dimensions. */
export type ImageLayout = 'NCHW' | 'NHWC';

/** How pixels become a tensor, in this order. */
export interface ImageOptions<D extends ImageDType = ImageDType> {
  /**
   * 3 (RGB) unless given; 1: grey by ITU-R 601, as Pillow's 'L'; 4: RGB and alpha. Alpha is dropped
   * otherwise.
   */
  readonly channels?: 1 | 3 | 4 | undefined;
  /** New size in pixels: of the shorter side, or [height, width]. */
  readonly resize?: ImageSize | undefined;
  /**
   * For [height, width]: 'fill' stretches, 'cover' cuts what stands over, 'contain' pads what is
   * missing.
   */
  readonly fit?: Fit | undefined;
  /** 'bilinear' unless given. */
  readonly interpolation?: Interpolation | undefined;
  /** Whether every pixel counts when scaling down, as in Pillow; true unless given. */
  readonly antialias?: boolean | undefined;
  /**
   * Side of a square, or [height, width], cut out of the middle; padded where the image is smaller.
   */
  readonly centerCrop?: ImageSize | undefined;
  /** Value of padding, 0 to 255; 0 unless given. */
  readonly fill?: number | undefined;
  /** 'float32' unless given. */
  readonly dtype?: D | undefined;
  /** Whether float32 goes from 0 to 1 rather than 255; true unless given. */
  readonly scale?: boolean | undefined;
  /** Subtracted from float32: a value per channel, or one for all. */
  readonly mean?: readonly number[] | undefined;
  /** Divides float32 after that: a value per channel, or one for all. */
  readonly std?: readonly number[] | undefined;
  /** 'NCHW' unless given. */
  readonly layout?: ImageLayout | undefined;
  /** Order in memory of an NCHW tensor. */
  readonly memoryFormat?: 'contiguous_format' | 'channels_last' | undefined;
}

/** How files become tensors. */
export interface DecodeImageOptions<D extends ImageDType = ImageDType> extends ImageOptions<D> {
  /** Whether the image is turned as its EXIF tag says; true unless given. */
  readonly applyExifOrientation?: boolean | undefined;
  /** The largest width times height to decode; 268,402,689 unless given, false for none. */
  readonly limitInputPixels?: number | false | undefined;
}

/** Options, checked and filled in. */
export interface Recipe {
  readonly channels: 1 | 3 | 4;
  readonly resize: ImageSize | null;
  readonly fit: Fit;
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
  readonly centerCrop: ImageSize | null;
  readonly fill: number;
  readonly dtype: ImageDType;
  readonly divisor: number;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  /** Whether the channels are the innermost dimension in memory. */
  readonly isInterleaved: boolean;
  readonly layout: ImageLayout;
}

/** What decoding takes beside the recipe. */
export interface DecodeRecipe extends Recipe {
  readonly applyExifOrientation: boolean;
  readonly limitInputPixels: number;
}

const imageNames = [
  ...['channels', 'resize', 'fit', 'interpolation', 'antialias', 'centerCrop', 'fill', 'dtype'],
  ...['scale', 'mean', 'std', 'layout', 'memoryFormat'],
];
const decodeNames = [...imageNames, 'applyExifOrientation', 'limitInputPixels'];

/** Interpolations of the options, checked together. */
export function checkInterpolation(
  where: string,
  given: { readonly interpolation?: unknown; readonly antialias?: unknown },
): { interpolation: Interpolation; antialias: boolean } {
  const names = ['bilinear', 'bicubic', 'lanczos', 'nearest'] as const;
  const interpolation = checkChoice(where, 'interpolation', given.interpolation, names);
  const antialias = checkBoolean(where, 'antialias', given.antialias, true);
  if (interpolation === 'lanczos' && !antialias) {
    const message = `${where}: 'lanczos' always counts every pixel: leave antialias out`;
    throw wrongArgument('ERR_INVALID_ARG_VALUE', message);
  }
  return { interpolation, antialias };
}

function checkChannels(where: string, value: unknown): 1 | 3 | 4 {
  if (value === undefined) return 3;
  if (value === 1 || value === 3 || value === 4) return value;
  const message = `${where}: expected channels to be 1, 3 or 4, got ${describe(value)}`;
  throw wrongArgument('ERR_INVALID_ARG_VALUE', message);
}

function recipeOf(where: string, given: ImageOptions): Recipe {
  const channels = checkChannels(where, given.channels);
  const dtype = checkChoice(where, 'dtype', given.dtype, ['float32', 'uint8']);
  const scale = checkBoolean(where, 'scale', given.scale, true);
  const layout = checkChoice(where, 'layout', given.layout, ['NCHW', 'NHWC']);
  const formats = ['contiguous_format', 'channels_last'] as const;
  const memoryFormat = checkChoice(where, 'memoryFormat', given.memoryFormat, formats);
  if (layout === 'NHWC' && memoryFormat === 'channels_last') {
    const message = `${where}: layout 'NHWC' has its channels last already: leave memoryFormat out`;
    throw wrongArgument('ERR_INVALID_ARG_VALUE', message);
  }
  const mean = checkValues(where, 'mean', given.mean, channels);
  const std = checkValues(where, 'std', given.std, channels);
  if (dtype === 'uint8' && (mean !== null || std !== null)) {
    const message = `${where}: mean and std need float32, got dtype 'uint8'`;
    throw wrongArgument('ERR_INVALID_ARG_VALUE', message);
  }
  const resize = checkSize(where, 'resize', given.resize);
  const fit = checkChoice(where, 'fit', given.fit, ['fill', 'cover', 'contain']);
  if (given.fit !== undefined && !Array.isArray(resize)) {
    const message = `${where}: fit needs resize with both sides, as [height, width]`;
    throw wrongArgument('ERR_INVALID_ARG_VALUE', message);
  }
  return {
    channels,
    resize,
    fit,
    ...checkInterpolation(where, given),
    centerCrop: checkSize(where, 'centerCrop', given.centerCrop),
    fill: checkNumber(where, 'fill', given.fill ?? 0, 0, 255),
    dtype,
    divisor: dtype === 'float32' && scale ? 255 : 1,
    mean,
    std,
    isInterleaved: layout === 'NHWC' || memoryFormat === 'channels_last',
    layout,
  };
}

/** Checks the options of pixels. */
export function checkImageOptions(where: string, options: ImageOptions | undefined): Recipe {
  return recipeOf(where, checkOptions(where, options, imageNames) ?? {});
}

/** Checks the options of files. */
export function checkDecodeOptions(
  where: string,
  options: DecodeImageOptions | undefined,
): DecodeRecipe {
  const given: DecodeImageOptions = checkOptions(where, options, decodeNames) ?? {};
  const { applyExifOrientation } = given;
  return {
    ...recipeOf(where, given),
    applyExifOrientation: checkBoolean(where, 'applyExifOrientation', applyExifOrientation, true),
    limitInputPixels: checkLimit(where, given.limitInputPixels),
  };
}
