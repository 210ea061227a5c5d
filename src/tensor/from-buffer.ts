import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from './describe.js';
import { checkDType, type DType, dtypeInfo } from './dtype.js';
import { lasts } from './lasting-memory.js';
import { checkOptions } from './options.js';
import { checkBooleans } from './read.js';
import { checkShape, countOf, type Shape } from './shape.js';
import type { Tensor } from './tensor.js';
import {
  arrayName,
  type BufferSource,
  checkAttached,
  type DTypeOf,
  dtypeOfArray,
  isTypedArray,
  type TypedArray,
} from './typed-array.js';

/** How `fromBuffer` reads the memory. */
export interface FromBufferOptions<D extends DType = DType> {
  /** Sizes; one dimension with all that is there unless given. */
  readonly shape?: Shape;
  /** The typed array's own unless given; raw bytes need it. */
  readonly dtype?: D;
  /** Bytes to skip at the start of the source. */
  readonly offset?: number;
}

/** The bytes that a source shows. */
interface Window {
  readonly buffer: BufferSource;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** The source's own element type, or null for raw bytes. */
  readonly dtype: DType | null;
  /** The class of the source. */
  readonly name: string;
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

function windowOf(source: unknown): Window {
  if (isTypedArray(source) || tagOf(source) === 'DataView') {
    const view = source as TypedArray | DataView;
    checkAttached('fromBuffer', view);
    return {
      buffer: view.buffer as BufferSource,
      byteOffset: view.byteOffset,
      byteLength: view.byteLength,
      dtype: isTypedArray(source) ? dtypeOfArray(source) : null,
      name: isTypedArray(source) ? arrayName(source) : 'DataView',
    };
  }
  const name = tagOf(source);
  if (name === 'ArrayBuffer' || name === 'SharedArrayBuffer') {
    const buffer = source as BufferSource;
    checkAttached('fromBuffer', { buffer });
    return { buffer, byteOffset: 0, byteLength: buffer.byteLength, dtype: null, name };
  }
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    'fromBuffer: expected a typed array, Buffer, DataView, ArrayBuffer or SharedArrayBuffer, ' +
      `got ${describe(source)}`,
  );
}

/** Typed arrays whose bits may be read as another dtype: nothing is converted. */
const sameBits: Readonly<Partial<Record<string, readonly DType[]>>> = {
  Uint16Array: ['float16', 'bfloat16'],
  Float32Array: ['complex64'],
  Float64Array: ['complex128'],
};

function chooseDType(window: Window, dtype: unknown): DType {
  if (dtype === undefined) {
    if (window.dtype !== null) return window.dtype;
    throw makeError(
      'ERR_MISSING_ARGUMENT',
      `fromBuffer: ${window.name} has no element type: give { dtype }`,
    );
  }
  const wanted = checkDType('fromBuffer', dtype);
  if (dtypeInfo(wanted).kind === 'quantized') {
    throw makeError('ERR_INVALID_ARG_VALUE', `fromBuffer: ${wanted} tensors come from quantizing`);
  }
  const isRaw = window.dtype === null || window.dtype === 'uint8';
  if (isRaw || wanted === window.dtype || sameBits[window.name]?.includes(wanted)) return wanted;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `fromBuffer: a ${window.name} holds ${window.dtype} elements, not ${wanted}: ` +
      'convert with tensor(array, { dtype }), or pass its bytes as a Uint8Array',
  );
}

function checkOffset(offset: unknown, byteLength: number): number {
  if (offset === undefined) return 0;
  if (Number.isSafeInteger(offset) && (offset as number) >= 0 && (offset as number) <= byteLength) {
    return offset as number;
  }
  throw makeError(
    typeof offset === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE',
    `fromBuffer: expected offset to be an integer from 0 to ${byteLength} (bytes), ` +
      `got ${describe(offset)}`,
  );
}

/** Resizable memory can shrink under its reader; a growable SharedArrayBuffer cannot. */
function canShrink(buffer: BufferSource): boolean {
  return (buffer as { resizable?: boolean }).resizable === true;
}

/**
 * Makes a CPU tensor of memory that JavaScript already has, without copying where that memory can
 * neither move nor shrink (`t.sharesMemory` tells); resizable buffers, elements at unaligned
 * addresses, and in workers the memory of other addons' Buffers are copied.
 *
 * @throws RangeError `ERR_BYTE_LENGTH` when the bytes are not those of the shape,
 * TypeError `ERR_DETACHED_BUFFER` when the buffer was transferred away.
 * @example
 * ```ts
 * import { fromBuffer } from 'libtorch-node';
 *
 * const pixels = new Float32Array([0, 0.5, 1, 0.25]);
 * const image = fromBuffer(pixels, { shape: [1, 2, 2] });
 * console.log(image.shape, image.dtype); // [1, 2, 2] float32
 * ```
 */
export function fromBuffer<D extends DType>(
  source: TypedArray | DataView | BufferSource,
  options: FromBufferOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function fromBuffer<A extends TypedArray>(
  source: A,
  options?: FromBufferOptions,
): Tensor<DTypeOf<A>>;
export function fromBuffer(source: unknown, options?: FromBufferOptions): Tensor {
  const given = checkOptions('fromBuffer', options, ['shape', 'dtype', 'offset']);
  const window = windowOf(source);
  const dtype = chooseDType(window, given?.dtype);
  const offset = checkOffset(given?.offset, window.byteLength);
  const bytes = window.byteLength - offset;
  const { itemsize } = dtypeInfo(dtype);
  const shape =
    given?.shape === undefined
      ? [Math.floor(bytes / itemsize)]
      : checkShape('fromBuffer', given.shape);
  const needed = countOf(shape) * itemsize;
  if (needed !== bytes) {
    throw makeError(
      'ERR_BYTE_LENGTH',
      `fromBuffer: ${dtype} of shape [${shape.join(', ')}] takes ${needed} bytes, ` +
        `got ${bytes}${offset === 0 ? '' : ` after offset ${offset}`}`,
    );
  }
  const start = window.byteOffset + offset;
  if (dtype === 'bool') checkBooleans('fromBuffer', new Uint8Array(window.buffer, start, bytes));
  const isSafe = !canShrink(window.buffer) && lasts(window.buffer);
  const make = isSafe ? native.tensor.fromBuffer : native.tensor.fromData;
  return make(window.buffer, start, dtype, shape);
}
