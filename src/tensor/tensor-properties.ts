import { native } from '../native/addon.js';
import type { DType } from './dtype.js';
import { checkMemoryFormat, type MemoryFormat } from './options.js';

/** What is known of a tensor without reading its elements. */
export abstract class TensorProperties<D extends DType = DType> {
  /** Sizes, outermost first. */
  get shape(): number[] {
    return native.tensor.shape(this);
  }
  /** Elements to skip in memory for the next index of each dimension. */
  get stride(): number[] {
    return native.tensor.stride(this);
  }
  /** Elements before the first one in the storage. */
  get storageOffset(): number {
    return native.tensor.storageOffset(this);
  }
  /** Element type. */
  get dtype(): D {
    return native.tensor.dtype(this) as D;
  }
  /** Where it lives: 'cpu', 'cuda:0'. */
  get device(): string {
    return native.tensor.device(this);
  }
  /** Number of elements. */
  get numel(): number {
    return native.tensor.numel(this);
  }
  /** Number of dimensions. */
  get ndim(): number {
    return native.tensor.dim(this);
  }
  /** Number of dimensions. */
  dim(): number {
    return native.tensor.dim(this);
  }
  /** Whether the elements lie in row-major order without gaps. */
  get isContiguous(): boolean {
    return native.tensor.isContiguous(this, 'contiguous_format');
  }
  /** Whether the elements lie in the order of a memory format, without gaps. */
  isContiguousIn(memoryFormat: MemoryFormat): boolean {
    return native.tensor.isContiguous(this, checkMemoryFormat('isContiguousIn', memoryFormat));
  }
  /** Whether the memory is page-locked for fast copies to a device. */
  get isPinned(): boolean {
    return native.tensor.isPinned(this);
  }
  /** Whether autograd records operations on it. */
  get requiresGrad(): boolean {
    return native.tensor.requiresGrad(this);
  }
  /** Whether `fromBuffer` took the caller's memory instead of a copy. */
  get sharesMemory(): boolean {
    return native.tensor.sharesMemory(this);
  }
  /** Whether `dispose` was called; every other member then throws `ERR_DISPOSED`. */
  get isDisposed(): boolean {
    return native.tensor.isDisposed(this);
  }
}
