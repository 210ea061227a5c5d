import { UsageError } from '../failure.js';
import type { DType, Tensor } from '../torch.js';

/** How images become tensors. */
export interface ImageOptions {
  /** Rows and columns: scaled to cover them, then cut at the centre. */
  readonly size: readonly [height: number, width: number] | null;
  readonly gray: boolean;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
  /** uint8 keeps 0 to 255; every other dtype is 0 to 1. */
  readonly dtype: DType;
}

function checkCount(values: readonly number[] | null, channels: number, option: string): void {
  if (values === null || values.length === 1 || values.length === channels) return;
  const message = `${option}: has ${values.length} values, the image has ${channels} channels`;
  throw new UsageError(message);
}

/** Reads an image as [1, channels, height, width]. */
export async function readImage(
  path: string,
  { size, gray, mean, std, dtype }: ImageOptions,
): Promise<Tensor> {
  const channels = gray ? 1 : 3;
  checkCount(mean, channels, '--mean');
  checkCount(std, channels, '--std');
  // In the bundle this import stays one, as that of the package does.
  const { decodeImage } = await import('../../image/image.js');
  const image: Tensor = await decodeImage(path, {
    channels,
    ...(size !== null && { resize: size, fit: 'cover' }),
    dtype: dtype === 'uint8' ? 'uint8' : 'float32',
    mean: mean ?? undefined,
    std: std ?? undefined,
  });
  return image.to(dtype) as Tensor;
}
