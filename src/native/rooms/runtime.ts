/** `cpp/binding/runtime.cc`. */
import type { NativePool } from './values.js';

export interface NativeBackends {
  readonly version: string;
  readonly devices: string[];
  readonly quantizedEngines: string[];
  readonly quantizedEngine: string;
  readonly mkldnn: boolean;
  readonly mkl: boolean;
  readonly openmp: boolean;
  readonly cpuCapability: string;
  readonly intraOpThreads: number;
  readonly interOpThreads: number;
  readonly config: string;
}
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
  backends(): NativeBackends;
  /** At the main thread's exit: a worker inside a synchronous run may hold it up for a second, not more. */
  limitExit(status: number): void;
  manualSeed(seed: number | bigint): void;
}
