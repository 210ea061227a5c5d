/** Images in and out of tensors: the entry of `libtorch-node/image`. */
export { decodeImages } from './batch.js';
export {
  imagenet,
  TORCHVISION_NORM_MEAN_RGB,
  TORCHVISION_NORM_STD_RGB,
} from './constants.js';
export { decodeImage } from './decode.js';
export {
  type EncodeImageOptions,
  type ImageFormat,
  saveImage,
  tensorToImage,
} from './encode.js';
export { imageToTensor, type RawImage } from './from-pixels.js';
export type {
  DecodeImageOptions,
  Fit,
  ImageDType,
  ImageLayout,
  ImageOptions,
  ImageSize,
  Interpolation,
} from './options.js';
export type { ImageSource } from './source.js';
export {
  centerCrop,
  normalize,
  type ResizeOptions,
  resize,
} from './transforms.js';
