import { makeError } from '../make-error.js';

/** Receives LibTorch's warnings; `category` is Python's word, e.g. 'UserWarning'. */
export type WarningHandler = (message: string, category: string) => void;

let handler: WarningHandler | null = null;

/**
 * Sends LibTorch's warnings to a function; null brings back the default, `process.emitWarning`
 * with the name 'TorchWarning'. Each environment (main thread, worker) has its own handler.
 *
 * @example
 * ```ts
 * import { setWarningHandler } from 'libtorch-node';
 *
 * const seen: string[] = [];
 * setWarningHandler((message) => seen.push(message));
 * setWarningHandler(null);
 * ```
 */
export function setWarningHandler(fn: WarningHandler | null): void {
  if (fn !== null && typeof fn !== 'function') {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `setWarningHandler: expected a function or null, got ${typeof fn}`,
    );
  }
  handler = fn;
}

/** Called by native code. A handler that throws must not break the operation that warned. @internal */
export function warn(message: string, category: string): void {
  if (handler === null) {
    process.emitWarning(message, { type: 'TorchWarning', detail: category });
    return;
  }
  try {
    handler(message, category);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}
