import { fileURLToPath } from 'node:url';

import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { type ExtraFilesInput, encodeExtraFiles } from './extra-files.js';

/** Options of `save` and `toBytes`. */
export interface SaveOptions {
  /** Files to put into the archive; as in PyTorch, those of the loaded one are not carried over. */
  readonly extraFiles?: ExtraFilesInput | undefined;
}

/** The extra files as bytes. */
export function resolveSaveOptions(
  where: string,
  options?: SaveOptions,
): Record<string, Uint8Array> {
  checkOptions(where, options, ['extraFiles']);
  return encodeExtraFiles(where, options?.extraFiles);
}

/** Path and extra files, as the addon takes them. */
export function resolveSave(
  path: string | URL,
  options?: SaveOptions,
): [path: string, extraFiles: Record<string, Uint8Array>] {
  return [toPath(path), resolveSaveOptions('save', options)];
}

/** A path or file URL, as a path. @internal */
export function toPath(path: unknown, where = 'save'): string {
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path);
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  const code = typeof path === 'string' || path instanceof URL ? 'VALUE' : 'TYPE';
  throw makeError(
    `ERR_INVALID_ARG_${code}`,
    `${where}: expected a path or a file: URL, got ${path instanceof URL ? path.href : describe(path)}`,
  );
}
