import { viewOf } from './little-endian.js';

/** What a file is by its first bytes, as far as reading it here goes. @internal */
export type FileKind =
  | 'empty'
  | 'zip'
  | 'flatbuffer'
  | 'pickle'
  | 'safetensors'
  | 'tar'
  | 'gzip'
  | 'gguf'
  | 'hdf5'
  | 'npy'
  | 'git-lfs'
  | 'text'
  | 'unknown';

/** Bytes that suffice to tell. @internal */
export const HEAD_SIZE = 512;

const magics: readonly (readonly [number, string, FileKind])[] = [
  [4, 'PTMF', 'flatbuffer'],
  [0, 'PK\x03\x04', 'zip'],
  [0, 'PK\x05\x06', 'zip'],
  [0, 'GGUF', 'gguf'],
  [0, '\x89HDF\r\n\x1a\n', 'hdf5'],
  [0, '\x93NUMPY', 'npy'],
  [0, '\x1f\x8b', 'gzip'],
  [0, 'version https://git-lfs', 'git-lfs'],
  [257, 'ustar', 'tar'],
];

const words: Readonly<Record<FileKind, string>> = {
  empty: 'an empty file',
  zip: 'a zip archive',
  flatbuffer: 'a flatbuffer module of the lite interpreter',
  pickle: 'a Python pickle, as torch.save wrote before version 1.6',
  safetensors: 'a safetensors file: it holds weights but no code',
  tar: 'a tar archive',
  gzip: 'a gzip file',
  gguf: 'a GGUF file of llama.cpp',
  hdf5: 'an HDF5 file',
  npy: 'a NumPy array',
  'git-lfs': 'a Git LFS pointer: run `git lfs pull` to get the file itself',
  text: 'a text file',
  unknown: 'a file of a format that is not known here',
};

/** A length in 8 bytes, then JSON of that length. */
function isSafetensors(head: Uint8Array, size: number): boolean {
  if (head.byteLength < 10 || head[8] !== 0x7b) return false;
  const length = viewOf(head).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(size - 8);
}

function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}

/** Tells the kind of a file of `size` bytes. @internal */
export function detectKind(head: Uint8Array, size: number): FileKind {
  if (size === 0) return 'empty';
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1');
  const found = magics.find(([at, magic]) => text.startsWith(magic, at));
  if (found !== undefined) return found[2];
  // Protocols 2 to 5 begin with their number, and older ones with the magic number of torch.save.
  if (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5) return 'pickle';
  if (isSafetensors(head, size)) return 'safetensors';
  return isText(head) ? 'text' : 'unknown';
}

/** The kind in words. @internal */
export function describeKind(kind: FileKind): string {
  return words[kind];
}
