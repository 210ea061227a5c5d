/**
 * Means of the channels R, G, B over ImageNet, from 0 to 1: what torchvision's models were trained
 * with, under the name that PyTorch's mobile libraries have for it.
 *
 * @example
 * ```ts
 * import { decodeImage, TORCHVISION_NORM_MEAN_RGB } from 'libtorch-node/image';
 *
 * console.log(TORCHVISION_NORM_MEAN_RGB); // [0.485, 0.456, 0.406]
 * const centered = await decodeImage('photo.jpg', { mean: TORCHVISION_NORM_MEAN_RGB });
 * ```
 */
export const TORCHVISION_NORM_MEAN_RGB = Object.freeze([0.485, 0.456, 0.406] as const);

/**
 * Standard deviations of the channels R, G, B over ImageNet, from 0 to 1.
 *
 * @example
 * ```ts
 * import { TORCHVISION_NORM_STD_RGB } from 'libtorch-node/image';
 *
 * console.log(TORCHVISION_NORM_STD_RGB); // [0.229, 0.224, 0.225]
 * ```
 */
export const TORCHVISION_NORM_STD_RGB = Object.freeze([0.229, 0.224, 0.225] as const);

/**
 * Options of the usual evaluation on ImageNet: `Resize(256)`, `CenterCrop(224)`, `ToTensor()`,
 * `Normalize(mean, std)`.
 *
 * @example
 * ```ts
 * import { decodeImage, imagenet } from 'libtorch-node/image';
 *
 * const input = await decodeImage('photo.jpg', imagenet);
 * console.log(input.shape); // [1, 3, 224, 224]
 * const larger = await decodeImage('photo.jpg', { ...imagenet, resize: 342, centerCrop: 299 });
 * console.log(larger.shape); // [1, 3, 299, 299]
 * ```
 */
export const imagenet = Object.freeze({
  resize: 256,
  centerCrop: 224,
  mean: TORCHVISION_NORM_MEAN_RGB,
  std: TORCHVISION_NORM_STD_RGB,
} as const);
