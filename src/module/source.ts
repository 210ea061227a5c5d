import { fileURLToPath } from 'node:url';
import { types } from 'node:util';

import { makeError } from '../make-error.js';
import type { ModuleSource as NativeSource } from '../native/types.js';
import { describe } from '../tensor/describe.js';

/** Where a module comes from: a path, a file URL, or its bytes. */
export type ModuleSource =
  | string
  | URL
  | ArrayBufferView<ArrayBufferLike>
  | ArrayBuffer
  | SharedArrayBuffer;

const EXPECTED = 'a path, a file: URL, a Uint8Array, an ArrayBuffer or a SharedArrayBuffer';

function fromPath(where: string, path: string): NativeSource {
  if (path === '') throw makeError('ERR_INVALID_ARG_VALUE', `${where}: the path is empty`);
  if (path.includes('\0')) {
    const shown = JSON.stringify(path);
    throw makeError('ERR_INVALID_ARG_VALUE', `${where}: a path has no NUL character, got ${shown}`);
  }
  const scheme = /^([a-z][a-z\d+.-]+):\/\//i.exec(path)?.[1];
  if (scheme !== undefined) throw notAPath(where, scheme.toLowerCase(), path);
  return { path };
}

function notAPath(where: string, scheme: string, url: string): Error {
  const way =
    scheme === 'file'
      ? `pass new URL(${JSON.stringify(url)})`
      : 'download it first and pass its bytes: new Uint8Array(await response.arrayBuffer())';
  return makeError('ERR_INVALID_ARG_VALUE', `${where}: ${url} is a URL, not a path; ${way}`);
}

function fromUrl(where: string, url: URL): NativeSource {
  if (url.protocol !== 'file:') throw notAPath(where, url.protocol.slice(0, -1), url.href);
  return { path: fileURLToPath(url) };
}

function isDetached(buffer: ArrayBufferLike): boolean {
  if (types.isSharedArrayBuffer(buffer)) return false;
  if (buffer.byteLength > 0) return false;
  try {
    new Uint8Array(buffer);
    return false;
  } catch {
    return true;
  }
}

function fromBytes(
  where: string,
  buffer: ArrayBufferLike,
  byteOffset: number,
  byteLength: number,
): NativeSource {
  if (isDetached(buffer)) {
    throw makeError(
      'ERR_DETACHED_BUFFER',
      `${where}: the buffer is detached: it was transferred elsewhere`,
    );
  }
  // A shrinking buffer unmaps its pages under the reader.
  if (types.isArrayBuffer(buffer) && (buffer as { resizable?: boolean }).resizable === true) {
    const copy = buffer.slice(byteOffset, byteOffset + byteLength);
    return { buffer: copy, byteOffset: 0, byteLength };
  }
  return { buffer, byteOffset, byteLength };
}

/** Checks a source and brings it into the form that the addon reads; `where` names the caller. */
export function toNativeSource(source: ModuleSource, where = 'loadModule'): NativeSource {
  if (typeof source === 'string') return fromPath(where, source);
  if (source instanceof URL) return fromUrl(where, source);
  if (ArrayBuffer.isView(source)) {
    return fromBytes(where, source.buffer, source.byteOffset, source.byteLength);
  }
  if (types.isAnyArrayBuffer(source)) return fromBytes(where, source, 0, source.byteLength);
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected ${EXPECTED}, got ${describe(source)}`,
  );
}
