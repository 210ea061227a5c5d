import { makeError } from '../make-error.js';

interface DTypeRow {
  /** Bytes of an element. */
  readonly itemsize: number;
  /** Tag of the typed array, or null where only `dequantize()` or `intRepr()` can be read. */
  readonly array: string | null;
  /** Typed array elements per tensor element. */
  readonly lanes: 1 | 2;
  readonly kind: 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'quantized';
}

/** The one dtype table: everything else about element types is derived from it. */
const table = {
  float32: { itemsize: 4, array: 'Float32Array', lanes: 1, kind: 'float' },
  float64: { itemsize: 8, array: 'Float64Array', lanes: 1, kind: 'float' },
  float16: { itemsize: 2, array: 'Float16Array', lanes: 1, kind: 'float' },
  bfloat16: { itemsize: 2, array: 'Uint16Array', lanes: 1, kind: 'float' },
  int8: { itemsize: 1, array: 'Int8Array', lanes: 1, kind: 'int' },
  int16: { itemsize: 2, array: 'Int16Array', lanes: 1, kind: 'int' },
  int32: { itemsize: 4, array: 'Int32Array', lanes: 1, kind: 'int' },
  int64: { itemsize: 8, array: 'BigInt64Array', lanes: 1, kind: 'int' },
  uint8: { itemsize: 1, array: 'Uint8Array', lanes: 1, kind: 'uint' },
  uint16: { itemsize: 2, array: 'Uint16Array', lanes: 1, kind: 'uint' },
  uint32: { itemsize: 4, array: 'Uint32Array', lanes: 1, kind: 'uint' },
  uint64: { itemsize: 8, array: 'BigUint64Array', lanes: 1, kind: 'uint' },
  bool: { itemsize: 1, array: 'Uint8Array', lanes: 1, kind: 'bool' },
  complex64: { itemsize: 8, array: 'Float32Array', lanes: 2, kind: 'complex' },
  complex128: { itemsize: 16, array: 'Float64Array', lanes: 2, kind: 'complex' },
  qint8: { itemsize: 1, array: null, lanes: 1, kind: 'quantized' },
  quint8: { itemsize: 1, array: null, lanes: 1, kind: 'quantized' },
  qint32: { itemsize: 4, array: null, lanes: 1, kind: 'quantized' },
} as const satisfies Record<string, DTypeRow>;

/** Every element type of a tensor, by PyTorch's names. */
export type DType = keyof typeof table;

/** What is known about a dtype: bytes of an element, its kind, its typed array. */
export type DTypeInfo = DTypeRow;

/**
 * Every dtype, in the order of the table.
 *
 * @example
 * ```ts
 * import { dtypes } from 'libtorch-node';
 *
 * console.log(dtypes.includes('bfloat16')); // true
 * ```
 */
export const dtypes: readonly DType[] = Object.keys(table) as DType[];

/** The row of a dtype; LibTorch has more of them, which only operators can read. @internal */
export function dtypeInfo(dtype: DType): DTypeInfo {
  const row: DTypeInfo | undefined = table[dtype];
  if (row !== undefined) return row;
  throw makeError(
    'ERR_NO_VIEW',
    `elements of ${String(dtype)} have no JavaScript form: convert with to('float32') first`,
  );
}

/** Whether a value names a dtype. @internal */
export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(table, value);
}

/** The value as a dtype, or ERR_INVALID_ARG_VALUE that names the caller. @internal */
export function checkDType(where: string, value: unknown): DType {
  if (isDType(value)) return value;
  const got = typeof value === 'string' ? `'${value}'` : typeof value;
  throw makeError(
    typeof value === 'string' ? 'ERR_INVALID_ARG_VALUE' : 'ERR_INVALID_ARG_TYPE',
    `${where}: expected dtype to be one of ${dtypes.join(', ')}, got ${got}`,
  );
}
