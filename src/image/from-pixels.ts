import type { Tensor } from '../index.js';
import { describe } from '../tensor/describe.js';
import { checkCount } from './checks.js';
import { wrongArgument } from './failures.js';
import { checkImageOptions, type ImageDType, type ImageOptions } from './options.js';
import { toTensorSync } from './render.js';
import type { Pixels } from './sharp.js';

/**
 * Pixels row by row from the top, without gaps: what a canvas's `ImageData` has, or sharp's
 * `raw()`.
 */
export interface RawImage {
  /** 8 bits for each channel of each pixel. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  /** 1: grey, 3: RGB, 4: RGB and alpha; what the length of the data says unless given. */
  readonly channels?: number | undefined;
}

function pixelsOf(image: RawImage): Pixels {
  const where = 'imageToTensor';
  if (typeof image !== 'object' || image === null) {
    const message = `${where}: expected { data, width, height }, got ${describe(image)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const { data, width: columns, height: rows, channels: given } = image;
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    const expected = 'expected data to be a Uint8Array or Uint8ClampedArray';
    const message = `${where}: ${expected}, got ${describe(data)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  const width = checkCount(where, 'width', columns);
  const height = checkCount(where, 'height', rows);
  const channels = given ?? data.length / (width * height);
  const isKnown = channels === 1 || channels === 3 || channels === 4;
  if (!isKnown || data.length !== width * height * channels) {
    const takes = isKnown ? `${width * height * channels} bytes` : '1, 3 or 4 channels';
    const message = `${where}: ${width} x ${height} pixels take ${takes}, got ${data.length} bytes`;
    throw wrongArgument('ERR_BYTE_LENGTH', message);
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { data: bytes, width, height, channels, isCmyk: false };
}

/**
 * Makes pixels that are in memory already the tensor that a model takes, on this thread; the
 * options are those of `decodeImage`. With dtype 'uint8', channels last and nothing to change, the
 * tensor shares the memory as `fromBuffer` does.
 *
 * @throws RangeError `ERR_BYTE_LENGTH` when the data are not those of the size.
 * @example
 * ```ts
 * import { imageToTensor } from 'libtorch-node/image';
 *
 * const canvas = { data: new Uint8ClampedArray(8 * 8 * 4).fill(255), width: 8, height: 8 };
 * const white = imageToTensor(canvas, { channels: 1 });
 * console.log(white.shape, white.mean().item()); // [1, 1, 8, 8] 1
 * ```
 */
export function imageToTensor<D extends ImageDType = 'float32'>(
  image: RawImage,
  options?: ImageOptions<D>,
): Tensor<D> {
  const recipe = checkImageOptions('imageToTensor', options);
  return toTensorSync(pixelsOf(image), recipe) as Tensor<D>;
}
