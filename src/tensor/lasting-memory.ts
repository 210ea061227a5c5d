import * as threads from 'node:worker_threads';
import type { BufferSource } from './typed-array.js';

// Node 20 has no question for it.
const { isMarkedAsUntransferable } = threads as {
  isMarkedAsUntransferable?: (value: unknown) => boolean;
};
const clone = structuredClone;

/** Whether the memory is V8's own: others' is never transferred. */
function isTransferable(buffer: ArrayBuffer): boolean {
  if (isMarkedAsUntransferable !== undefined) return !isMarkedAsUntransferable(buffer);
  try {
    // Named twice it is refused and left alone, unless it is skipped before anybody counts.
    clone(null, { transfer: [buffer, buffer] });
    return false;
  } catch {
    return true;
  }
}

/**
 * Whether the memory lasts for as long as somebody holds it. When a worker ends, Node frees what
 * addons lent to its Buffers at once, whoever still reads it; the main thread ends with the process.
 * @internal
 */
export function lasts(buffer: BufferSource): boolean {
  if (threads.isMainThread || !(buffer instanceof ArrayBuffer)) return true;
  return isTransferable(buffer);
}
