import { makeError } from '../make-error.js';
import { type DType, dtypeInfo } from './dtype.js';

/** Memory that typed arrays look into. */
export type BufferSource = ArrayBuffer | SharedArrayBuffer;

/** Float16Array where TypeScript's library and the runtime have it. */
type Float16 = typeof globalThis extends { Float16Array: { prototype: infer F } } ? F : never;

interface ArrayByTag {
  Float32Array: Float32Array;
  Float64Array: Float64Array;
  Float16Array: Float16 | Uint16Array;
  Int8Array: Int8Array;
  Int16Array: Int16Array;
  Int32Array: Int32Array;
  BigInt64Array: BigInt64Array;
  Uint8Array: Uint8Array;
  Uint16Array: Uint16Array;
  Uint32Array: Uint32Array;
  BigUint64Array: BigUint64Array;
}
interface TagByDType {
  float32: 'Float32Array';
  float64: 'Float64Array';
  float16: 'Float16Array';
  bfloat16: 'Uint16Array';
  int8: 'Int8Array';
  int16: 'Int16Array';
  int32: 'Int32Array';
  int64: 'BigInt64Array';
  uint8: 'Uint8Array';
  uint16: 'Uint16Array';
  uint32: 'Uint32Array';
  uint64: 'BigUint64Array';
  bool: 'Uint8Array';
  complex64: 'Float32Array';
  complex128: 'Float64Array';
  qint8: never;
  quint8: never;
  qint32: never;
}
interface DTypeByTag {
  Float32Array: 'float32';
  Float64Array: 'float64';
  Float16Array: 'float16';
  Int8Array: 'int8';
  Int16Array: 'int16';
  Int32Array: 'int32';
  BigInt64Array: 'int64';
  Uint8Array: 'uint8';
  Uint8ClampedArray: 'uint8';
  Uint16Array: 'uint16';
  Uint32Array: 'uint32';
  BigUint64Array: 'uint64';
}

/** The typed array that `data` and `toTypedArray()` of a dtype give. */
export type TypedArrayFor<D extends DType> = D extends DType ? ArrayByTag[TagByDType[D]] : never;

/** A complex number. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** What `item()` and the leaves of `toArray()` of a dtype are. */
export type ElementOf<D extends DType> = D extends 'bool'
  ? boolean
  : D extends 'complex64' | 'complex128'
    ? Complex
    : number;

/** Any typed array, of any realm; Buffer is a Uint8Array. */
export type TypedArray = TypedArrayFor<DType> | Uint8ClampedArray;

/** The dtype whose elements a typed array holds. */
export type DTypeOf<A extends TypedArray> = A extends { readonly [Symbol.toStringTag]: infer T }
  ? T extends keyof DTypeByTag
    ? DTypeByTag[T]
    : never
  : never;

const tagToDType: Readonly<Record<keyof DTypeByTag, DType>> = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Float16Array: 'float16',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
};

type ArrayConstructor = new (buffer: BufferSource, byteOffset: number, length: number) => unknown;
const constructors = globalThis as unknown as Record<string, ArrayConstructor | undefined>;

// The getter on %TypedArray%.prototype tells the kind in every realm, and cannot be shadowed.
const readTag = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

/** Whether a value is a typed array of any realm (a DataView is not). @internal */
export function isTypedArray(value: unknown): value is TypedArray {
  return readTag.call(value) !== undefined;
}

/** Name of a typed array's class, e.g. 'Float32Array'. @internal */
export function arrayName(array: TypedArray): string {
  return readTag.call(array) as string;
}

/** The dtype of a typed array's own elements. @internal */
export function dtypeOfArray(array: TypedArray): DType {
  return tagToDType[arrayName(array) as keyof DTypeByTag];
}

/** Name of the typed array class of a dtype in this runtime, or null. @internal */
export function arrayNameFor(dtype: DType): string | null {
  const name = dtypeInfo(dtype).array;
  return name === 'Float16Array' && constructors.Float16Array === undefined ? 'Uint16Array' : name;
}

/** A typed array of `count` tensor elements over the buffer. @internal */
export function viewAs<D extends DType>(
  dtype: D,
  buffer: BufferSource,
  byteOffset: number,
  count: number,
): TypedArrayFor<D> {
  const name = arrayNameFor(dtype);
  const make = name === null ? undefined : constructors[name];
  if (make === undefined) {
    throw makeError(
      'ERR_NO_VIEW',
      `no typed array holds ${dtype} elements: read t.dequantize() or t.intRepr() instead`,
    );
  }
  return new make(buffer, byteOffset, count * dtypeInfo(dtype).lanes) as TypedArrayFor<D>;
}

/** Throws for a view whose buffer was transferred away. @internal */
export function checkAttached(where: string, view: { readonly buffer: ArrayBufferLike }): void {
  try {
    new Uint8Array(view.buffer, 0, 0);
  } catch {
    throw makeError('ERR_DETACHED_BUFFER', `${where}: the buffer was detached (transferred away)`);
  }
}
