import { TensorAutograd } from '../autograd/tensor-autograd.js';
import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { setTensorHandles } from '../ops/short-call.js';
import { convert, convertAsync, cudaName, type ToOptions } from './convert.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import type { Nested } from './elements.js';
import type { Device } from './options.js';
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
import { claim, SharedTensor, type SharedTensorHandle } from './share.js';
import { token } from './token.js';
import type { ElementOf, TypedArrayFor } from './typed-array.js';

type BigIntOptions = ReadOptions & { readonly bigint: true };
type Wide<D extends DType> = D extends 'int64' | 'uint64' ? bigint : ElementOf<D>;

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
export class Tensor<D extends DType = DType> extends TensorAutograd<D> {
  static {
    setTensorTest((value): value is Tensor => value instanceof Tensor);
    setTensorHandles(
      (value) =>
        typeof value === 'object' && value !== null && #handle in value ? value.#handle : 0,
      (call, a, b) => {
        const out = new Tensor(token, 0);
        const handle = b === 0 ? call(out, a) : call(out, a, b);
        if (handle <= 0) return handle;
        out.#handle = handle;
        return out;
      },
    );
  }

  #handle: number;

  /** @internal Only native code has the token. */
  constructor(proof: object, handle: number) {
    if (proof !== token) {
      throw makeError(
        'ERR_ILLEGAL_CONSTRUCTOR',
        'Tensor: not made with new: use tensor(), fromBuffer(), zeros() and the like',
      );
    }
    super();
    this.#handle = handle;
    register(this);
  }

  /** The tensor behind a handle of `share()`, in this environment: the same memory. */
  static fromShared<D extends DType = DType>(
    handle: SharedTensorHandle & { readonly dtype?: D },
  ): Tensor<D> {
    return claim(handle) as Tensor<D>;
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

  /** A handle with which other workers claim the same memory. */
  share(): SharedTensor<D> {
    return new SharedTensor(native.tensor.share(this), this.dtype);
  }
  /** Lets the memory go, unless views or other tensors hold it. A second call does nothing. */
  dispose(): void {
    native.tensor.dispose(this, #handle in this ? this.#handle : 0);
  }
  [Symbol.dispose](): void {
    native.tensor.dispose(this, #handle in this ? this.#handle : 0);
  }

  /** The text that Python's `str(tensor)` gives. */
  override toString(): string {
    native.jit.refuseRead('toString()');
    return printTensor(this);
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    try {
      if (native.jit.isTracing()) return `tensor(<traced>, shape=[${this.shape.join(', ')}])`;
      return printTensor(this);
    } catch (error) {
      return `tensor(<${error instanceof Error ? error.message : describe(error)}>)`;
    }
  }
}
