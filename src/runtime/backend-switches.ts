import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeSwitch } from '../native/types.js';
import { type QuantizedBackend, quantizedBackend } from '../quantization/engines.js';
import { describe } from '../tensor/describe.js';

/** PyTorch's `torch.backends.cuda`. */
export interface CudaBackend {
  readonly matmul: {
    /** Whether float32 matrix products may use TF32; false at first. */
    allowTf32: boolean;
  };
}

/** PyTorch's `torch.backends.cudnn`. */
export interface CudnnBackend {
  /** Whether convolutions use cuDNN. */
  enabled: boolean;
  /** Whether float32 convolutions may use TF32; true at first. */
  allowTf32: boolean;
  /** Whether cuDNN tries its algorithms for each new shape and keeps the fastest. */
  benchmark: boolean;
  /** Whether cuDNN uses deterministic algorithms only. */
  deterministic: boolean;
}

/** PyTorch's `torch.backends.mkldnn`: oneDNN. */
export interface MkldnnBackend {
  /** Whether operators use oneDNN where it is the faster one. */
  enabled: boolean;
  /** Whether float32 products may use TF32, on hardware that has it. */
  allowTf32: boolean;
  /** Whether oneDNN uses deterministic algorithms only. */
  deterministic: boolean;
}

/** Switches between speed, precision and repeatability. They hold for the whole process. */
export interface BackendSwitches {
  readonly cuda: CudaBackend;
  readonly cudnn: CudnnBackend;
  readonly mkldnn: MkldnnBackend;
  readonly quantized: QuantizedBackend;
}

function define(target: object, path: string, names: readonly string[]): void {
  for (const name of names) {
    const key = `${path}.${name}` as NativeSwitch;
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => native.mathMode.getSwitch(key),
      set: (value: unknown) => {
        if (typeof value !== 'boolean') {
          const message = `backends.${key}: expected true or false, got ${describe(value)}`;
          throw makeError('ERR_INVALID_ARG_TYPE', message);
        }
        native.mathMode.setSwitch(key, value);
      },
    });
  }
  Object.freeze(target);
}

/** @internal */
export const backendSwitches: BackendSwitches = (() => {
  const matmul = {} as CudaBackend['matmul'];
  const cudnn = {} as CudnnBackend;
  const mkldnn = {} as MkldnnBackend;
  define(matmul, 'cuda.matmul', ['allowTf32']);
  define(cudnn, 'cudnn', ['enabled', 'allowTf32', 'benchmark', 'deterministic']);
  define(mkldnn, 'mkldnn', ['enabled', 'allowTf32', 'deterministic']);
  return { cuda: Object.freeze({ matmul }), cudnn, mkldnn, quantized: quantizedBackend };
})();
