import { UsageError } from '../failure.js';
import type { DType, Tensor, Torch } from '../torch.js';

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

type Sharp = typeof import('sharp')['default'];

async function loadSharp(): Promise<Sharp> {
  try {
    const { default: sharp } = await import('sharp');
    return sharp;
  } catch (cause) {
    const message = "images are decoded by 'sharp', which is not installed: npm install sharp";
    throw new Error(message, { cause });
  }
}

/** Reads an image as [1, channels, height, width]. */
export async function readImage(
  torch: Torch,
  path: string,
  { size, gray, mean, std, dtype }: ImageOptions,
): Promise<Tensor> {
  const sharp = await loadSharp();
  let image = sharp(path, { failOn: 'error' }).rotate().removeAlpha();
  if (size !== null) image = image.resize(size[1], size[0], { fit: 'cover' });
  image = gray ? image.grayscale() : image.toColourspace('srgb');
  const { data, info } = await image
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw new Error(`${path}: the image cannot be read: ${cause.message}`, { cause });
    });
  const { width, height, channels } = info;
  const shape = [1, height, width, channels];
  return torch.tidy(() => {
    const pixels = torch.fromBuffer(new Uint8Array(data), { shape }).permute(0, 3, 1, 2);
    if (dtype === 'uint8') return pixels.contiguous();
    let scaled: Tensor = pixels.to('float32').div(255) as Tensor;
    if (mean !== null) scaled = scaled.sub(perChannel(torch, mean, channels, '--mean')) as Tensor;
    if (std !== null) scaled = scaled.div(perChannel(torch, std, channels, '--std')) as Tensor;
    return (scaled.to(dtype) as Tensor).contiguous();
  });
}

function perChannel(
  torch: Torch,
  values: readonly number[],
  channels: number,
  option: string,
): Tensor {
  if (values.length !== 1 && values.length !== channels) {
    const message = `${option}: has ${values.length} values, the image has ${channels} channels`;
    throw new UsageError(message);
  }
  return torch.tensor([...values]).reshape(1, values.length, 1, 1);
}
