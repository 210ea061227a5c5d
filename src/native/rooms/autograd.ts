/** `cpp/binding/autograd.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorProperties } from '../../tensor/tensor-properties.js';

export interface AutogradRoom {
  isLeaf(t: TensorProperties): boolean;
  /** 'AddBackward0'; null for leaves. */
  gradFn(t: TensorProperties): string | null;
  setRequiresGrad(t: TensorProperties, requiresGrad: boolean): void;
  retainGrad(t: TensorProperties): void;
  grad(t: TensorProperties): Tensor | null;
  setGrad(t: TensorProperties, gradient: Tensor | null): void;
  /** No gradients at all, or one for each tensor; `retainGraph` null: as `createGraph`. */
  backward(
    tensors: readonly Tensor[],
    gradients: readonly (Tensor | null)[],
    inputs: readonly Tensor[],
    retainGraph: boolean | null,
    createGraph: boolean,
  ): void;
  gradients(
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    gradients: readonly (Tensor | null)[],
    retainGraph: boolean | null,
    createGraph: boolean,
    allowUnused: boolean,
  ): (Tensor | null)[];
  /** Calls the function in a mode, and leaves it however the function ends. */
  within<T>(mode: 'none' | 'enabled' | 'inference', fn: () => T): T;
  isGradEnabled(): boolean;
  isInferenceModeEnabled(): boolean;
}
