import type { NativeRun } from '../native/types.js';

/**
 * Settles as the run does, or rejects with the signal's reason as soon as it aborts: queued work is
 * removed, running work is let go.
 */
export function untilAborted(run: NativeRun, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      run.cancel();
      reject(signal.reason);
    };
    const settle = <T>(end: (value: T) => void): ((value: T) => void) => {
      return (value) => {
        signal.removeEventListener('abort', abort);
        end(value);
      };
    };
    signal.addEventListener('abort', abort, { once: true });
    run.promise.then(settle(resolve), settle(reject));
  });
}
