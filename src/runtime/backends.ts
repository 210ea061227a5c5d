import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { type BackendSwitches, backendSwitches } from './backend-switches.js';

/** What this LibTorch was built with and found on this machine. */
export interface Backends {
  /** Version of LibTorch. */
  readonly version: string;
  /** 'cpu', and each CUDA device. */
  readonly devices: readonly string[];
  /** Quantized engines there are, e.g. 'fbgemm', 'x86', 'onednn', 'qnnpack'. */
  readonly quantizedEngines: readonly string[];
  /** The quantized engine in use. */
  readonly quantizedEngine: string;
  /** Whether oneDNN is there. */
  readonly mkldnn: boolean;
  /** Whether MKL is there. */
  readonly mkl: boolean;
  /** Whether OpenMP is there. */
  readonly openmp: boolean;
  /** The vector instructions LibTorch chose, e.g. 'AVX2'. */
  readonly cpuCapability: string;
  /** Threads inside one operator of a synchronous call. */
  readonly intraOpThreads: number;
  /** Threads of LibTorch's own between operators. */
  readonly interOpThreads: number;
  /** LibTorch's own account of its build. */
  readonly config: string;
}

/**
 * What this LibTorch was built with and found on this machine; and PyTorch's `torch.backends`:
 * switches that hold for the whole process.
 *
 * @example
 * ```ts
 * import { backends } from 'libtorch-node';
 *
 * console.log(backends().devices.includes('cpu')); // true
 * backends.cudnn.benchmark = true;
 * backends.cuda.matmul.allowTf32 = false;
 * console.log(backends.mkldnn.enabled); // true
 * ```
 */
export const backends: (() => Backends) & BackendSwitches = Object.assign(
  (): Backends => native.runtime.backends(),
  backendSwitches,
);

/**
 * Sets the threads inside one operator of synchronous calls; pools have their own count.
 *
 * @example
 * ```ts
 * import { backends, setNumThreads } from 'libtorch-node';
 *
 * setNumThreads(1);
 * console.log(backends().intraOpThreads); // 1
 * ```
 */
export function setNumThreads(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw makeError(
      typeof count === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE',
      `setNumThreads: expected an integer of at least 1, got ${String(count)}`,
    );
  }
  native.runtime.setNumThreads(count);
}
