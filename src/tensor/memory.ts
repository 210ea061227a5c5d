import { native } from '../native/addon.js';

/** What the tensors of this environment hold. */
export interface MemoryUsage {
  /** Tensors neither disposed nor collected. */
  readonly tensors: number;
  /** Bytes of main memory that they hold, each storage once. */
  readonly cpuBytes: number;
  /** Bytes of CUDA memory that they hold, each storage once. */
  readonly cudaBytes: number;
  /** Bytes reported to V8 as held outside of its heap. */
  readonly externalBytes: number;
}

/**
 * What the tensors of this environment hold now.
 *
 * @example
 * ```ts
 * import { memoryUsage, zeros } from 'libtorch-node';
 *
 * using x = zeros([1024]);
 * console.log(memoryUsage().cpuBytes >= x.numel * 4); // true
 * ```
 */
export function memoryUsage(): MemoryUsage {
  return native.tensor.memoryUsage();
}
