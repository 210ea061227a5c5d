import { availableParallelism } from 'node:os';
import { native } from '../native/addon.js';
import type { NativePool } from '../native/types.js';
import { optionsCheck } from '../options.js';

/** Threads of a pool. */
export interface PoolOptions {
  /** Runs at a time. */
  readonly threads?: number | undefined;
  /** Threads that one operator may use in each run. */
  readonly intraOpThreads?: number | undefined;
}

/** What a pool is and does now. */
export interface PoolInfo {
  readonly threads: number;
  readonly intraOpThreads: number;
  /** Runs that wait for a thread. */
  readonly queued: number;
  /** Runs on a thread. */
  readonly running: number;
}

const check = (where: string) =>
  optionsCheck(where, (z) => {
    const count = z.number().int().min(1).max(1024).optional();
    return z.strictObject({ threads: count, intraOpThreads: count }).default({});
  });
const checkCreate = check('createPool');
const checkConfigure = check('configure');

/** One run at a time with all cores: the fastest single run. */
function withDefaults(options: PoolOptions): Required<{ [K in keyof PoolOptions]: number }> {
  const threads = options.threads ?? 1;
  const cores = availableParallelism();
  return {
    threads,
    intraOpThreads: options.intraOpThreads ?? Math.max(1, Math.floor(cores / threads)),
  };
}

/**
 * Threads of their own for runs; passed to `loadModule` or `run`, made by {@link createPool}.
 *
 * @example
 * ```ts
 * import { createPool } from 'libtorch-node';
 *
 * using pool = createPool({ threads: 2, intraOpThreads: 1 });
 * console.log(pool.info().threads); // 2
 * ```
 */
export class Pool {
  readonly #handle: NativePool;

  /** @internal */
  constructor(handle: NativePool) {
    this.#handle = handle;
  }

  /** @internal */
  get handle(): NativePool {
    return this.#handle;
  }

  /** Thread counts, and how many runs wait and go on. */
  info(): PoolInfo {
    return native.runtime.poolInfo(this.#handle);
  }

  /** Takes no more runs (`ERR_POOL_CLOSED`); those it has go on. A second call does nothing. */
  dispose(): void {
    native.runtime.closePool(this.#handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Makes a pool: `threads` runs at a time (1), each with `intraOpThreads` threads inside an
 * operator (the cores shared out among the runs).
 *
 * @example
 * ```ts
 * import { createPool } from 'libtorch-node';
 *
 * const pool = createPool({ threads: 4, intraOpThreads: 1 });
 * pool.dispose();
 * ```
 */
export function createPool(options?: PoolOptions): Pool {
  return new Pool(native.runtime.createPool(withDefaults(checkCreate(options))));
}

/**
 * Shapes the default pool, before its first use.
 *
 * @throws TorchError `ERR_POOL_STARTED` once a run used it.
 * @example
 * ```ts
 * import { configure, defaultPoolInfo } from 'libtorch-node';
 *
 * configure({ threads: 2, intraOpThreads: 1 });
 * console.log(defaultPoolInfo().threads); // 2
 * ```
 */
export function configure(options?: PoolOptions): void {
  native.runtime.configure(withDefaults(checkConfigure(options)));
}

/**
 * What the default pool is and does now.
 *
 * @example
 * ```ts
 * import { defaultPoolInfo } from 'libtorch-node';
 *
 * console.log(defaultPoolInfo().queued); // 0
 * ```
 */
export function defaultPoolInfo(): PoolInfo {
  return native.runtime.poolInfo(null);
}
