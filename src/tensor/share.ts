import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import type { Tensor } from './tensor.js';

/** What `postMessage` makes of a {@link SharedTensor}: plain data that names the memory. */
export interface SharedTensorHandle {
  readonly kind: 'tensor';
  readonly token: string;
}

/**
 * A handle on a tensor's memory that any worker of the process can claim, without a copy, with
 * `Tensor.fromShared`. It survives `postMessage` and `workerData`, and holds the memory until it
 * is disposed; tensors already claimed live on.
 *
 * @example
 * ```ts
 * import { Tensor, zeros } from 'libtorch-node';
 *
 * using handle = zeros([3]).share();
 * const same = Tensor.fromShared(structuredClone(handle));
 * console.log(same.shape); // [3]
 * ```
 */
export class SharedTensor<D extends DType = DType> implements SharedTensorHandle {
  readonly kind = 'tensor';
  /** Name of the memory in the process-wide table. */
  readonly token: string;
  /** Element type of the tensor. */
  readonly dtype: D;

  /** @internal */
  constructor(token: string, dtype: D) {
    this.token = token;
    this.dtype = dtype;
  }

  /** Ends the handle: nobody can claim it any more. A second call does nothing. */
  dispose(): void {
    native.tensor.revoke(this.token);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** @internal */
export function claim(handle: unknown): Tensor {
  const { kind, token } = (handle ?? {}) as Partial<SharedTensorHandle>;
  if (kind !== 'tensor' || typeof token !== 'string') {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `Tensor.fromShared: expected the handle that share() gave, got ${describe(handle)}`,
    );
  }
  return native.tensor.claim(token);
}
