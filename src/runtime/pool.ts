import { native } from '../native/addon.js';
import type { NativePool } from '../native/types.js';
import { optionsCheck } from '../options.js';

/** Threads of a pool. */
export interface PoolOptions {
  /** Runs at a time; chosen from the machine's cores unless given. */
  readonly threads?: number | undefined;
  /** Threads that one operator may use in each run; the cores shared out unless given. */
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

/** 0 lets the machine's cores decide. */
function counts({ threads = 0, intraOpThreads = 0 }: PoolOptions): {
  threads: number;
  intraOpThreads: number;
} {
  return { threads, intraOpThreads };
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
 * Makes a pool: `threads` runs at a time, each with `intraOpThreads` threads inside an operator.
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
  return new Pool(native.runtime.createPool(counts(checkCreate(options))));
}

/**
 * Shapes the default pool of the process, before its first use.
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
  native.runtime.configure(counts(checkConfigure(options)));
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
