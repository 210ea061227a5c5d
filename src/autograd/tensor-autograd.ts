import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { TensorOperators } from '../tensor/tensor-operators.js';
import { type BackwardOptions, backwardFrom } from './backward.js';

/** What autograd knows of a tensor. */
export abstract class TensorAutograd<D extends DType = DType> extends TensorOperators<D> {
  /**
   * Whether autograd is to record operations on this tensor from now on; returns this. False on a
   * parameter freezes it.
   *
   * @throws TypeError `ERR_TYPE` for dtypes without derivatives, TorchError `ERR_NOT_LEAF` for false
   * on what is no leaf, `ERR_INFERENCE_TENSOR` for tensors made in `inferenceMode`.
   */
  requiresGrad_(requiresGrad = true): this {
    if (typeof requiresGrad !== 'boolean') {
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `requiresGrad_: expected true or false, got ${describe(requiresGrad)}`,
      );
    }
    native.autograd.setRequiresGrad(this, requiresGrad);
    return this;
  }
  /** Whether no recorded operation made it: gradients gather in leaves that require them. */
  get isLeaf(): boolean {
    return native.autograd.isLeaf(this);
  }
  /** The operation that made it, as 'AddBackward0'; null for leaves. */
  get gradFn(): string | null {
    return native.autograd.gradFn(this);
  }
  /**
   * The gradient that backward passes added up, or null. It belongs to the tensor: `tidy` disposes
   * what this gives, not the gradient. May be set to null or to a tensor of the same shape and
   * dtype on the same device.
   */
  get grad(): Tensor<D> | null {
    return native.autograd.grad(this) as Tensor<D> | null;
  }
  set grad(gradient: Tensor | null) {
    native.autograd.setGrad(this, gradient);
  }
  /** Keeps the gradient of what is no leaf in `grad`, too. */
  retainGrad(): void {
    native.autograd.retainGrad(this);
  }
  /**
   * Adds the derivatives of this tensor to `grad` of the leaves it was computed from, on this
   * thread. A tensor of several elements needs `gradient`, of its own shape.
   *
   * @throws TorchError `ERR_NO_GRAD` where nothing was recorded, `ERR_NOT_SCALAR` without a
   * gradient, `ERR_GRAPH_FREED` a second time without `retainGraph`, `ERR_MODIFIED_IN_PLACE` when
   * values it needs were changed meanwhile; RangeError `ERR_SHAPE_MISMATCH`.
   */
  backward(gradient?: Tensor | null, options?: BackwardOptions): void {
    backwardFrom(this as unknown as Tensor, gradient, options, 'backward');
  }
}
