import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { native } from '../native/addon.js';
import { type DType, dtypeInfo } from './dtype.js';
import {
  type Element,
  elementReader,
  indexPath,
  type Nested,
  nest,
  toSafeNumber,
} from './elements.js';
import type { Tensor } from './tensor.js';
import {
  arrayName,
  arrayNameFor,
  checkAttached,
  isTypedArray,
  type TypedArray,
  viewAs,
} from './typed-array.js';

/** How 64-bit integers are given. */
export interface ReadOptions {
  /** true: always bigint; false, the default: numbers, and a RangeError beyond the safe range. */
  readonly bigint?: boolean;
}

/** Whether elements may lie beyond the safe range of a number. */
function isWide(dtype: DType): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

/** @internal */
export function readItem(t: Tensor, options: ReadOptions | undefined): Element {
  const value = native.tensor.item(t);
  if (typeof value !== 'bigint' || (options?.bigint && isWide(native.tensor.dtype(t))))
    return value;
  return toSafeNumber(value, () => 'item()');
}

/** Node-API knows no Float16Array: 16-bit floats come as their bits. */
function asHalf(t: Tensor, array: TypedArray): TypedArray {
  if (!(array instanceof Uint16Array)) return array;
  return viewAs(native.tensor.dtype(t), array.buffer, array.byteOffset, array.length);
}

/** @internal */
export function readView(t: Tensor): TypedArray {
  const view = native.tensor.data(t);
  if (ArrayBuffer.isView(view)) return asHalf(t, view);
  return viewAs(native.tensor.dtype(t), view.buffer, view.byteOffset, view.length);
}

/** @internal */
export function readCopy(t: Tensor): TypedArray {
  const copy = native.tensor.readTyped(t);
  if (copy !== null) return asHalf(t, copy);
  const dtype = checkReadable(t, 'toTypedArray()');
  return viewAs(dtype, native.tensor.read(t), 0, native.tensor.numel(t));
}

/** @internal */
export function readNested(t: Tensor, options: ReadOptions | undefined): Nested<Element> {
  const dtype = checkReadable(t, 'toArray()');
  return toNested(native.tensor.read(t), dtype, native.tensor.shape(t), options);
}

/** @internal */
export async function readNestedAsync(
  t: Tensor,
  options: ReadOptions | undefined,
): Promise<Nested<Element>> {
  const dtype = checkReadable(t, 'toArrayAsync()');
  const shape = native.tensor.shape(t);
  return toNested(await settle(native.tensor.readAsync(t)), dtype, shape, options);
}

function checkReadable(t: Tensor, call: string): Tensor['dtype'] {
  const dtype = native.tensor.dtype(t);
  if (dtypeInfo(dtype).array === null) {
    throw makeError(
      'ERR_NO_VIEW',
      `${call}: ${dtype} elements have no plain values: read t.dequantize() or t.intRepr() instead`,
    );
  }
  return dtype;
}

function toNested(
  bytes: ArrayBuffer,
  dtype: Tensor['dtype'],
  shape: readonly number[],
  options: ReadOptions | undefined,
): Nested<Element> {
  const read = elementReader(dtype, bytes);
  if (!isWide(dtype) || options?.bigint) return nest(shape, read);
  return nest(shape, (index) =>
    toSafeNumber(read(index) as bigint, () => `element ${indexPath(shape, index)}`),
  );
}

/** Copies a typed array of the tensor's own element type into it. @internal */
export function writeFrom(t: Tensor, source: TypedArray): void {
  const dtype = native.tensor.dtype(t);
  if (!isTypedArray(source)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `copyFrom: expected ${arrayNameFor(dtype) ?? 'a typed array'}, got ${typeof source}`,
    );
  }
  if (!accepts(dtype, arrayName(source))) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `copyFrom: a ${dtype} tensor takes ${arrayNameFor(dtype) ?? 'no typed array'}, ` +
        `got ${arrayName(source)}`,
    );
  }
  checkAttached('copyFrom', source);
  const expected = native.tensor.numel(t) * dtypeInfo(dtype).itemsize;
  if (source.byteLength !== expected) {
    throw makeError(
      'ERR_BYTE_LENGTH',
      `copyFrom: ${dtype} of shape [${native.tensor.shape(t).join(', ')}] takes ${expected} bytes, ` +
        `got ${source.byteLength}`,
    );
  }
  if (dtype === 'bool') checkBooleans('copyFrom', source as Uint8Array);
  const { buffer, byteOffset, byteLength } = source;
  native.tensor.copyFrom(t, buffer as ArrayBuffer, byteOffset, byteLength);
}

function accepts(dtype: Tensor['dtype'], name: string): boolean {
  if (name === dtypeInfo(dtype).array || name === arrayNameFor(dtype)) return true;
  if (dtype === 'float16') return name === 'Uint16Array';
  return name === 'Uint8ClampedArray' && dtype === 'uint8';
}

/** LibTorch's booleans are bytes of 0 and 1; others would be counted wrongly. @internal */
export function checkBooleans(where: string, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! > 1) {
      throw makeError(
        'ERR_OUT_OF_RANGE',
        `${where}: bool elements are bytes of 0 and 1, got ${bytes[i]} at [${i}]`,
      );
    }
  }
}
