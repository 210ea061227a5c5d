import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { TensorMembers } from '../ops/tensor-members.js';
import { type AllcloseOptions, isClose } from './close.js';
import { type MemoryFormatOptions, withFormat } from './convert.js';
import type { DType } from './dtype.js';
import { aten } from './operators.js';
import { type ShapeArguments, shapeOf } from './shape.js';
import type { Tensor } from './tensor.js';

/** What LibTorch's operators make of a tensor: other tensors, mostly views of its memory. */
export abstract class TensorOperators<D extends DType = DType> extends TensorMembers<D> {
  /** A copy in page-locked memory, from which copies to a device need not wait. */
  pinMemory(): Tensor<D> {
    if (!native.device.cudaIsAvailable()) {
      throw makeError(
        'ERR_DEVICE_UNAVAILABLE',
        'pinMemory: page-locked memory is for copies to a CUDA device, and LibTorch finds none',
      );
    }
    return aten.pinMemory(this) as Tensor<D>;
  }
  /** The elements in the order of a memory format, row-major unless given. */
  contiguous(options?: MemoryFormatOptions): Tensor<D> {
    return withFormat('contiguous', this, options) as Tensor<D>;
  }
  /** A copy with its own memory. */
  clone(options?: MemoryFormatOptions): Tensor<D> {
    return withFormat('clone', this, options) as Tensor<D>;
  }

  /** The same elements in another shape; one size may be -1. A view where strides allow. */
  reshape(...shape: ShapeArguments): Tensor<D> {
    return aten.reshape(this, shapeOf(shape)) as Tensor<D>;
  }
  /** The same memory in another shape; one size may be -1. */
  view(...shape: ShapeArguments): Tensor<D> {
    return aten.view(this, shapeOf(shape)) as Tensor<D>;
  }
  /** A view with the dimensions in another order. */
  permute(...dims: ShapeArguments): Tensor<D> {
    return aten.permute(this, shapeOf(dims)) as Tensor<D>;
  }
  /** A view with two dimensions swapped. */
  transpose(dim0: number, dim1: number): Tensor<D> {
    return aten.transpose(this, dim0, dim1) as Tensor<D>;
  }
  /** A view without dimensions of size 1: all of them, or those given. */
  squeeze(dim?: number | readonly number[]): Tensor<D> {
    return (dim === undefined ? aten.squeeze(this) : aten.squeeze(this, dim)) as Tensor<D>;
  }
  /** A view with a dimension of size 1 inserted. */
  unsqueeze(dim: number): Tensor<D> {
    return aten.unsqueeze(this, dim) as Tensor<D>;
  }

  /** The numbers that a quantized tensor stands for. */
  dequantize(): Tensor<'float32'> {
    return aten.dequantize(this) as Tensor<'float32'>;
  }
  /** The integers that a quantized tensor holds. */
  intRepr(): Tensor<'int8' | 'uint8' | 'int32'> {
    return aten.intRepr(this) as Tensor<'int8' | 'uint8' | 'int32'>;
  }
  /** The conjugation carried out that LibTorch left for later; itself where there is none. */
  resolveConj(): Tensor<D> {
    return aten.resolveConj(this) as Tensor<D>;
  }
  /** The negation carried out that LibTorch left for later; itself where there is none. */
  resolveNeg(): Tensor<D> {
    return aten.resolveNeg(this) as Tensor<D>;
  }
  /** A sparse tensor with all its elements; itself where it is dense. */
  toDense(): Tensor<D> {
    return aten.toDense(this) as Tensor<D>;
  }

  /** Whether the other has the same shape and elements. */
  equal(other: Tensor): boolean {
    return aten.equal(this, other);
  }
  /** Whether all elements are as near to the other's as the tolerances ask. */
  allclose(other: Tensor, options?: AllcloseOptions): boolean {
    return isClose(this, other, options);
  }
}
