/** `cpp/binding/tensor`. */
import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorProperties } from '../../tensor/tensor-properties.js';
import type { TypedArray } from '../../tensor/typed-array.js';
import type { NativeBuffer } from './values.js';

export interface NativeMemoryUsage {
  readonly tensors: number;
  readonly cpuBytes: number;
  readonly cudaBytes: number;
  readonly externalBytes: number;
}

/** `data` of a tensor: a window on the one buffer of its storage. */
export interface NativeView {
  readonly buffer: NativeBuffer;
  readonly byteOffset: number;
  /** Elements of the tensor. */
  readonly length: number;
}

export interface TensorRoom {
  /** Copies `byteLength` bytes at `byteOffset` of the buffer into a new CPU tensor. */
  fromData(
    buffer: NativeBuffer,
    byteOffset: number,
    dtype: DType,
    shape: readonly number[],
  ): Tensor;
  /** Shares the buffer's memory where it can be pinned, else copies. */
  fromBuffer(
    buffer: NativeBuffer,
    byteOffset: number,
    dtype: DType,
    shape: readonly number[],
  ): Tensor;
  shape(t: TensorProperties): number[];
  stride(t: TensorProperties): number[];
  storageOffset(t: TensorProperties): number;
  dim(t: TensorProperties): number;
  numel(t: TensorProperties): number;
  dtype(t: TensorProperties): DType;
  /** 'cpu', 'cuda:0', ... */
  device(t: TensorProperties): string;
  isContiguous(t: TensorProperties, memoryFormat: string): boolean;
  isPinned(t: TensorProperties): boolean;
  requiresGrad(t: TensorProperties): boolean;
  sharesMemory(t: TensorProperties): boolean;
  /** Throws ERR_NO_VIEW, saying which call to make, for what has no direct view. */
  data(t: Tensor): TypedArray | NativeView;
  /** A copy in row-major order, of the tensor's own element type; synchronizes the device. */
  read(t: Tensor): ArrayBuffer;
  /** The same as a typed array (Uint16Array for 16-bit floats); null where `read` has to convert first. */
  readTyped(t: Tensor): TypedArray | null;
  /** The same off the event loop. */
  readAsync(t: Tensor): Promise<ArrayBuffer>;
  /** The one element: number, bigint (int64 and uint64, always), boolean or { re, im }. */
  item(t: Tensor): number | bigint | boolean | { re: number; im: number };
  /** Copies elements in; the byte count must be numel * itemsize. */
  copyFrom(t: Tensor, buffer: NativeBuffer, byteOffset: number, byteLength: number): void;
  /** dtype or device may be null: unchanged. */
  toAsync(t: Tensor, device: string | null, dtype: DType | null): Promise<Tensor>;
  /** With the number of its handle. */
  dispose(t: Tensor, handle: number): void;
  isDisposed(t: TensorProperties): boolean;
  /** Puts the memory into the process-wide table; the token is claimable in any environment until revoked. */
  share(t: Tensor): string;
  claim(token: string): Tensor;
  revoke(token: string): void;
  memoryUsage(): NativeMemoryUsage;
}
