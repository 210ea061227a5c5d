import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

/** Files that travel inside a module's archive, by name: text is stored as UTF-8. */
export type ExtraFilesInput = Readonly<Record<string, string | Uint8Array>>;

/**
 * Files read from a module's archive, by name. The values are Buffers: bytes as they are, and
 * `toString()` gives their text.
 */
export type ExtraFiles = Record<string, Uint8Array>;

/** Bytes of files to write. */
export function encodeExtraFiles(
  where: string,
  files: ExtraFilesInput = {},
): Record<string, Uint8Array> {
  const encoded: Record<string, Uint8Array> = Object.create(null);
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === 'string') encoded[name] = Buffer.from(content, 'utf8');
    else if (content instanceof Uint8Array) encoded[name] = content;
    else {
      const got = describe(content);
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `${where}: extraFiles '${name}': expected a string or Uint8Array, got ${got}`,
      );
    }
  }
  return encoded;
}

/** Files as the user sees them, over the same bytes. */
export function showExtraFiles(files: Readonly<Record<string, Uint8Array>>): ExtraFiles {
  const shown: ExtraFiles = Object.create(null);
  for (const [name, bytes] of Object.entries(files)) {
    shown[name] = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return shown;
}

/** Copies into memory that other threads see too, so that handing them on costs nothing. */
export function shareExtraFiles(files: ExtraFiles): ExtraFiles {
  const shared: ExtraFiles = {};
  for (const [name, bytes] of Object.entries(files)) {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    copy.set(bytes);
    shared[name] = copy;
  }
  return shared;
}
