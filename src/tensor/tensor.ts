import { makeError } from '../errors.js';
import { native } from '../native/addon.js';
import {
  convert,
  convertAsync,
  cudaName,
  type MemoryFormatOptions,
  type ToOptions,
  withFormat,
} from './convert.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import type { Nested } from './elements.js';
import { aten } from './operators.js';
import { checkMemoryFormat, checkOptions, type Device, type MemoryFormat } from './options.js';
import { printTensor } from './print-tensor.js';
import {
  type ReadOptions,
  readCopy,
  readItem,
  readNested,
  readNestedAsync,
  readView,
  writeFrom,
} from './read.js';
import { register, setTensorTest } from './scope.js';
import { type ShapeArguments, shapeOf } from './shape.js';
import { claim, SharedTensor, type SharedTensorHandle } from './share.js';
import { token } from './token.js';
import type { ElementOf, TypedArrayFor } from './typed-array.js';

type BigIntOptions = ReadOptions & { readonly bigint: true };
type Wide<D extends DType> = D extends 'int64' | 'uint64' ? bigint : ElementOf<D>;

/** Tolerances of `allclose`: |a - b| <= atol + rtol * |b|. */
export interface AllcloseOptions {
  /** 1e-5 unless given. */
  readonly rtol?: number | undefined;
  /** 1e-8 unless given. */
  readonly atol?: number | undefined;
  /** Whether NaN equals NaN; false unless given. */
  readonly equalNan?: boolean | undefined;
}

/**
 * An array of elements of one dtype on one device, as PyTorch's `torch.Tensor`. Made by `tensor`,
 * `fromBuffer`, the factories and modules, never with `new`.
 *
 * @example
 * ```ts
 * import { tensor } from 'libtorch-node';
 *
 * using x = tensor([[1, 2], [3, 4]]);
 * console.log(x.transpose(0, 1).toArray()); // [[1, 3], [2, 4]]
 * ```
 */
export class Tensor<D extends DType = DType> {
  static {
    setTensorTest((value): value is Tensor => value instanceof Tensor);
  }

  /** @internal Only native code has the token. */
  constructor(proof: object) {
    if (proof !== token) {
      throw makeError(
        'ERR_ILLEGAL_CONSTRUCTOR',
        'Tensor: not made with new: use tensor(), fromBuffer(), zeros() and the like',
      );
    }
    register(this);
  }

  /** The tensor behind a handle of `share()`, in this environment: the same memory. */
  static fromShared<D extends DType = DType>(
    handle: SharedTensorHandle & { readonly dtype?: D },
  ): Tensor<D> {
    return claim(handle) as Tensor<D>;
  }

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

  /** Whether the elements are of a dtype; narrows the type. */
  hasDtype<N extends DType>(dtype: N): this is Tensor<N> {
    return (native.tensor.dtype(this) as DType) === dtype;
  }

  /**
   * A typed array over LibTorch's own memory, for reading; take it once before a loop.
   *
   * @throws TorchError `ERR_NO_VIEW`, saying which call to make first, where there is no such
   * view: on a device, not contiguous, quantized.
   */
  get data(): TypedArrayFor<D> {
    return readView(this) as TypedArrayFor<D>;
  }
  /** A typed array with a copy of the elements, row-major, from any device and any strides. */
  toTypedArray(): TypedArrayFor<D> {
    return readCopy(this) as TypedArrayFor<D>;
  }
  /** The elements in nested arrays; a RangeError for 64-bit integers beyond the safe range. */
  toArray(options: BigIntOptions): Nested<Wide<D>>;
  toArray(options?: ReadOptions): Nested<ElementOf<D>>;
  toArray(options?: ReadOptions): Nested<unknown> {
    return readNested(this, options);
  }
  /** `toArray` without waiting for the device on the event loop. */
  toArrayAsync(options: BigIntOptions): Promise<Nested<Wide<D>>>;
  toArrayAsync(options?: ReadOptions): Promise<Nested<ElementOf<D>>>;
  toArrayAsync(options?: ReadOptions): Promise<Nested<unknown>> {
    return readNestedAsync(this, options);
  }
  /** The only element; a RangeError for a 64-bit integer beyond the safe range. */
  item(options: BigIntOptions): Wide<D>;
  item(options?: ReadOptions): ElementOf<D>;
  item(options?: ReadOptions): unknown {
    return readItem(this, options);
  }
  /** Copies a typed array of the same dtype and number of elements in, row-major; returns this. */
  copyFrom(source: TypedArrayFor<D>): this {
    writeFrom(this, source);
    return this;
  }

  /** The tensor with another dtype or on another device; itself where nothing changes. */
  to<N extends DType>(dtype: N): Tensor<N>;
  to(device: Device): Tensor<D>;
  to<N extends DType = D>(options: ToOptions<N>): Tensor<N>;
  to(target: unknown): Tensor {
    return convert('to', this, target);
  }
  /** `to` off the event loop; settles when the result is ready on its device. */
  toAsync<N extends DType>(dtype: N): Promise<Tensor<N>>;
  toAsync(device: Device): Promise<Tensor<D>>;
  toAsync<N extends DType = D>(options: {
    readonly dtype?: N;
    readonly device?: Device;
  }): Promise<Tensor<N>>;
  toAsync(target: unknown): Promise<Tensor> {
    return convertAsync(this, target);
  }
  /** The tensor in main memory. */
  cpu(): Tensor<D> {
    return convert('cpu', this, 'cpu') as Tensor<D>;
  }
  /** The tensor on a CUDA device: the current one unless given by index or name. */
  cuda(device?: number | Device): Tensor<D> {
    return convert('cuda', this, cudaName(device)) as Tensor<D>;
  }
  /** A copy in page-locked memory, from which copies to a device need not wait. */
  pinMemory(): Tensor<D> {
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

  /** Whether the other has the same shape and elements. */
  equal(other: Tensor): boolean {
    return aten.equal(this, other);
  }
  /** Whether all elements are as near to the other's as the tolerances ask. */
  allclose(other: Tensor, options?: AllcloseOptions): boolean {
    const given = checkOptions('allclose', options, ['rtol', 'atol', 'equalNan']);
    const { rtol = 1e-5, atol = 1e-8, equalNan = false } = given ?? {};
    return aten.allclose(this, other, rtol, atol, equalNan);
  }

  /** A handle with which other workers claim the same memory. */
  share(): SharedTensor<D> {
    return new SharedTensor(native.tensor.share(this), this.dtype);
  }
  /** Lets the memory go, unless views or other tensors hold it. A second call does nothing. */
  dispose(): void {
    native.tensor.dispose(this);
  }
  [Symbol.dispose](): void {
    native.tensor.dispose(this);
  }

  /** The text that Python's `str(tensor)` gives. */
  toString(): string {
    return printTensor(this);
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    try {
      return printTensor(this);
    } catch (error) {
      return `tensor(<${error instanceof Error ? error.message : describe(error)}>)`;
    }
  }
}
