import type { Tensor } from '../index.js';
import { checkDecodeOptions, type DecodeImageOptions, type ImageDType } from './options.js';
import { toTensor } from './render.js';
import { decodePixels } from './sharp.js';
import { type ImageSource, openSource } from './source.js';

/**
 * Decodes a JPEG, PNG, WebP or another file that sharp reads, and makes it the tensor that a model
 * takes: float32 from 0 to 1 of shape [1, 3, height, width] unless the options say otherwise.
 * Scaling and arithmetic are Pillow's and torchvision's. There is no synchronous twin, because
 * sharp has none.
 *
 * @throws TorchError `ERR_IMAGE_DECODE` for what is no image or a damaged one,
 * `ERR_UNSUPPORTED_FORMAT` for formats that sharp does not read, `ERR_IMAGE_TOO_LARGE`,
 * `ERR_MISSING_SHARP`; LoadError `ERR_FILE_NOT_FOUND`.
 * @example
 * ```ts
 * import { decodeImage, imagenet } from 'libtorch-node/image';
 *
 * const input = await decodeImage('photo.jpg', imagenet);
 * console.log(input.dtype, input.shape); // float32 [1, 3, 224, 224]
 *
 * const pixels = await decodeImage('photo.jpg', { dtype: 'uint8', layout: 'NHWC' });
 * console.log(pixels.dtype, pixels.shape); // uint8 [1, 480, 640, 3]
 * ```
 */
export async function decodeImage<D extends ImageDType = 'float32'>(
  source: ImageSource,
  options?: DecodeImageOptions<D>,
): Promise<Tensor<D>> {
  const recipe = checkDecodeOptions('decodeImage', options);
  const read = openSource('decodeImage', source);
  const pixels = await decodePixels('decodeImage', await read(), recipe);
  return (await toTensor(pixels, recipe)) as Tensor<D>;
}
