import type { TorchError } from '../index.js';
import { failure } from './failures.js';
import type { EncodedImage } from './source.js';

type Kind = readonly [at: number, magic: string, name: string];

const images: readonly Kind[] = [
  [0, '\x89PNG', 'a PNG'],
  [0, '\xff\xd8\xff', 'a JPEG'],
  [8, 'WEBP', 'a WebP'],
  [0, 'GIF8', 'a GIF'],
  [4, 'ftypavif', 'an AVIF'],
  [0, 'II*\0', 'a TIFF'],
  [0, 'MM\0*', 'a TIFF'],
];

/** Images that sharp's own libraries do not read. */
const others: readonly Kind[] = [
  [0, 'BM', 'a BMP image'],
  [4, 'ftyphei', 'a HEIC image'],
  [4, 'ftypmif1', 'a HEIF image'],
  [0, '\0\0\x01\0', 'a Windows icon'],
  [0, '\xff\x0a', 'a JPEG XL image'],
  [4, 'JXL \r\n', 'a JPEG XL image'],
  [4, 'jP  ', 'a JPEG 2000 image'],
  [0, '8BPS', 'a Photoshop document'],
  [0, '%PDF', 'a PDF document'],
];

/** What the bytes of a file are where sharp refuses them. */
export function explainBytes(
  { bytes, name }: EncodedImage,
  why: string,
  cause: unknown,
): TorchError {
  const head = Buffer.from(bytes.subarray(0, 32)).toString('latin1');
  const find = (kinds: readonly Kind[]): string | undefined => {
    return kinds.find(([at, magic]) => head.startsWith(magic, at))?.[2];
  };
  const known = find(images);
  if (known !== undefined) {
    const message = `${name}: the image cannot be read: it starts as ${known} does; ${why}`;
    return failure('ERR_IMAGE_DECODE', message, cause);
  }
  const other = find(others);
  if (other !== undefined) {
    const advice = 'convert it to JPEG, PNG or WebP';
    const message = `${name}: ${other}, which this sharp does not read: ${advice}`;
    return failure('ERR_UNSUPPORTED_FORMAT', message, cause);
  }
  return failure('ERR_IMAGE_DECODE', `${name}: the image cannot be read: ${why}`, cause);
}
