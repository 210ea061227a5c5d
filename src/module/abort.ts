import type { NativeRun } from '../native/types.js';

/** The runs that a signal may still abort, with one listener: at eleven, Node warns of a leak. */
class Watch {
  static readonly #watches = new WeakMap<AbortSignal, Watch>();
  readonly #signal: AbortSignal;
  readonly #aborts = new Set<() => void>();

  static of(signal: AbortSignal): Watch {
    let watch = Watch.#watches.get(signal);
    if (watch === undefined) {
      watch = new Watch(signal);
      Watch.#watches.set(signal, watch);
    }
    return watch;
  }

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(abort: () => void): void {
    if (this.#aborts.size === 0) this.#signal.addEventListener('abort', this.#abortAll);
    this.#aborts.add(abort);
  }

  delete(abort: () => void): void {
    this.#aborts.delete(abort);
    if (this.#aborts.size === 0) this.#signal.removeEventListener('abort', this.#abortAll);
  }

  readonly #abortAll = (): void => {
    for (const abort of this.#aborts) {
      this.delete(abort);
      abort();
    }
  };
}

/**
 * Settles as the run does, or rejects with the signal's reason as soon as it aborts: queued work is
 * removed, running work is let go.
 */
export function untilAborted(run: NativeRun, signal: AbortSignal): Promise<unknown> {
  const watch = Watch.of(signal);
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      run.cancel();
      reject(signal.reason);
    };
    const settle = <T>(end: (value: T) => void): ((value: T) => void) => {
      return (value) => {
        watch.delete(abort);
        end(value);
      };
    };
    watch.add(abort);
    run.promise.then(settle(resolve), settle(reject));
  });
}
