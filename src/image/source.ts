import { readFile } from 'node:fs/promises';
import { LoadError } from '../index.js';
import { type ModuleSource, toNativeSource } from '../module/source.js';
import { failure, wordsOf } from './failures.js';

/** Where an image comes from: a path, a file URL, or the bytes of a file. */
export type ImageSource = ModuleSource;

/** A file in memory. */
export interface EncodedImage {
  readonly bytes: Uint8Array;
  /** For messages: the path where there is one. */
  readonly name: string;
}

/** Checks a source at once; what is returned reads it. */
export function openSource(where: string, source: ImageSource): () => Promise<EncodedImage> {
  const checked = toNativeSource(source, where);
  if (!('path' in checked)) {
    // The decoder reads on another thread: what the caller does to the memory must not reach it.
    const bytes = new Uint8Array(checked.buffer, checked.byteOffset, checked.byteLength).slice();
    return async () => ({ bytes, name: where });
  }
  const { path } = checked;
  return async () => {
    try {
      return { bytes: await readFile(path), name: path };
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        throw new LoadError('ERR_FILE_NOT_FOUND', `${path}: no such file`, { cause });
      }
      throw failure('ERR_IMAGE_DECODE', `${path}: cannot be read: ${wordsOf(cause)}`, cause);
    }
  };
}
