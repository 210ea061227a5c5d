/** `cpp/binding/runtime.cc`. */
import type { Backends } from '../../runtime/backends.js';
import type { NativePool } from './values.js';

export interface RuntimeRoom {
  createPool(options: { threads: number; intraOpThreads: number }): NativePool;
  closePool(pool: NativePool): void;
  poolInfo(pool: NativePool | null): {
    threads: number;
    intraOpThreads: number;
    queued: number;
    running: number;
  };
  /** Shapes the default pool; throws ERR_POOL_STARTED after its first use. */
  configure(options: { threads: number; intraOpThreads: number }): void;
  /** Intra-op threads of the calling thread: what synchronous calls use. */
  setNumThreads(count: number): void;
  backends(): Backends;
  /** At the main thread's exit: a worker inside a synchronous run may hold it up for a second, not more. */
  limitExit(status: number): void;
  manualSeed(seed: number | bigint): void;
}
