import { fileURLToPath } from 'node:url';
import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

function pathOf(where: string, path: unknown): string {
  if (path instanceof URL) {
    if (path.protocol === 'file:') return fileURLToPath(path);
    throw makeError('ERR_INVALID_ARG_VALUE', `${where}: expected a file: URL, got ${path.href}`);
  }
  if (typeof path !== 'string') {
    const message = `${where}: expected a path or a file: URL, got ${describe(path)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  if (path !== '' && !path.includes('\0')) return path;
  const message = `${where}: expected the path of a library, got ${JSON.stringify(path)}`;
  throw makeError('ERR_INVALID_ARG_VALUE', message);
}

/**
 * Opens a compiled library of custom operators (`TORCH_LIBRARY`), for the life of the process and for
 * all its workers, and gives the names of the operators that it registered. They are then found under
 * `ops`, in scripts, and by modules that are loaded. The same library again changes nothing.
 *
 * It is native code and runs with all rights of this process. Its static initializers run twice, first
 * in a copy of the process, because an exception in one ends the process.
 *
 * @throws LoadError `ERR_FILE_NOT_FOUND`, or `ERR_OP_LIBRARY` for what is no library, was compiled for
 * another LibTorch, or registers what is registered already; the process is then as it was.
 * @example
 * ```ts
 * import { LoadError, loadOpLibrary } from 'libtorch-node';
 *
 * const missing = await loadOpLibrary('libcustom.so').catch((error: unknown) => error);
 * console.log(missing instanceof LoadError && missing.code); // 'ERR_FILE_NOT_FOUND'
 * ```
 */
export async function loadOpLibrary(path: string | URL): Promise<string[]> {
  return settle(native.ops.loadLibrary(pathOf('loadOpLibrary', path)));
}

/**
 * {@link loadOpLibrary} on this thread.
 *
 * @example
 * ```ts
 * import { LoadError, loadOpLibrarySync } from 'libtorch-node';
 *
 * try {
 *   loadOpLibrarySync('libcustom.so');
 * } catch (error) {
 *   console.log(error instanceof LoadError); // true
 * }
 * ```
 */
export function loadOpLibrarySync(path: string | URL): string[] {
  return native.ops.loadLibrarySync(pathOf('loadOpLibrarySync', path));
}
