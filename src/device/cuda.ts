import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

/** A count of bytes over time. */
export interface MemoryStat {
  /** Now. */
  readonly current: number;
  /** The most since the start or the last `resetPeakMemoryStats`. */
  readonly peak: number;
  /** All ever taken. */
  readonly allocated: number;
  /** All ever given back. */
  readonly freed: number;
}

/** What LibTorch's allocator holds on a device, in bytes. */
export interface CudaMemoryStats {
  /** Bytes of living tensors. */
  readonly allocatedBytes: MemoryStat;
  /** Bytes taken from the driver. */
  readonly reservedBytes: MemoryStat;
  /** Bytes of blocks in use, also those that wait for a stream. */
  readonly activeBytes: MemoryStat;
  /** Allocations that came through only after the cache was emptied. */
  readonly numAllocRetries: number;
  /** Allocations that failed. */
  readonly numOoms: number;
  /** Bytes that the driver has left. */
  readonly freeBytes: number;
  /** Bytes of the device. */
  readonly totalBytes: number;
}

function checkIndex(where: string, index: unknown): number {
  if (Number.isSafeInteger(index) && (index as number) >= 0) return index as number;
  throw makeError(
    typeof index === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE',
    `cuda.${where}: expected a device index of at least 0, got ${describe(index)}`,
  );
}

const indexOrCurrent = (where: string, index: unknown): number | null =>
  index === undefined ? null : checkIndex(where, index);

/**
 * Whether this LibTorch can use a CUDA device of this machine.
 *
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * const device = cuda.isAvailable() ? 'cuda' : 'cpu';
 * ```
 */
export function isAvailable(): boolean {
  return native.device.cudaIsAvailable();
}

/**
 * Number of CUDA devices; 0 without CUDA.
 *
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * console.log(cuda.deviceCount() > 0 === cuda.isAvailable()); // true
 * ```
 */
export function deviceCount(): number {
  return native.device.cudaDeviceCount();
}

/**
 * What LibTorch's allocator holds on a device (0).
 *
 * @throws TorchError `ERR_DEVICE_UNAVAILABLE` without such a device.
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * if (cuda.isAvailable()) console.log(cuda.memoryStats(0).allocatedBytes.current);
 * ```
 */
export function memoryStats(index = 0): CudaMemoryStats {
  return native.device.cudaMemoryStats(checkIndex('memoryStats', index));
}

/**
 * Starts the peaks of `memoryStats` of a device (0) anew.
 *
 * @throws TorchError `ERR_DEVICE_UNAVAILABLE` without such a device.
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * if (cuda.isAvailable()) cuda.resetPeakMemoryStats(0);
 * ```
 */
export function resetPeakMemoryStats(index = 0): void {
  native.device.cudaResetPeakMemoryStats(checkIndex('resetPeakMemoryStats', index));
}

/**
 * Gives the memory that LibTorch keeps for reuse back to the driver; nothing without CUDA.
 *
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * cuda.emptyCache();
 * ```
 */
export function emptyCache(): void {
  native.device.cudaEmptyCache();
}

/**
 * Settles when all work of a device (the current one unless given) is done.
 *
 * @throws TorchError `ERR_DEVICE_UNAVAILABLE` without such a device.
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * if (cuda.isAvailable()) await cuda.synchronize();
 * ```
 */
export async function synchronize(index?: number): Promise<void> {
  await settle(native.device.cudaSynchronize(indexOrCurrent('synchronize', index)));
}

/**
 * Waits on this thread until all work of a device (the current one unless given) is done.
 *
 * @throws TorchError `ERR_DEVICE_UNAVAILABLE` without such a device.
 * @example
 * ```ts
 * import { cuda } from 'libtorch-node';
 *
 * if (cuda.isAvailable()) cuda.synchronizeSync(0);
 * ```
 */
export function synchronizeSync(index?: number): void {
  native.device.cudaSynchronizeSync(indexOrCurrent('synchronizeSync', index));
}
