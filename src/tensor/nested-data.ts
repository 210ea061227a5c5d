import { makeError } from '../make-error.js';
import { describe } from './describe.js';
import { type DType, dtypeInfo } from './dtype.js';
import { countOf } from './shape.js';
import { type Complex, dtypeOfArray, isTypedArray, viewAs } from './typed-array.js';

/** Values in arrays of any depth, all rows of a level equally long. */
export type NestedData<T> = T | readonly NestedData<T>[];

/** Elements of a new tensor, row-major. */
export interface Flat {
  readonly buffer: ArrayBuffer;
  /** dtype of the buffer's elements. */
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** PyTorch's own limit. */
const MOST_DIMENSIONS = 128;

type Row = ArrayLike<unknown>;
const isRow = (value: unknown): value is Row => Array.isArray(value) || isTypedArray(value);
const isComplex = (value: unknown): value is Complex =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Complex).re === 'number' &&
  typeof (value as Complex).im === 'number';

/** What the first elements show; the dtype follows the kind of value, never its magnitude. */
function infer(data: unknown): { shape: number[]; dtype: DType; kind: string } {
  const shape: number[] = [];
  let value = data;
  while (isRow(value)) {
    // Also the end of an array that contains itself.
    if (shape.length === MOST_DIMENSIONS) {
      const limit = `at most ${MOST_DIMENSIONS} dimensions`;
      throw makeError('ERR_OUT_OF_RANGE', `tensor: data: expected ${limit}, got more`);
    }
    shape.push(value.length);
    if (isTypedArray(value)) {
      const dtype = dtypeOfArray(value);
      return {
        shape,
        dtype,
        kind: dtypeInfo(dtype).itemsize === 8 && dtype !== 'float64' ? 'bigint' : 'number',
      };
    }
    if (value.length === 0) return { shape, dtype: 'float32', kind: 'number' };
    value = value[0];
  }
  if (typeof value === 'bigint') return { shape, dtype: 'int64', kind: 'bigint' };
  if (typeof value === 'boolean') return { shape, dtype: 'bool', kind: 'boolean' };
  if (isComplex(value)) return { shape, dtype: 'complex64', kind: 'object' };
  return { shape, dtype: 'float32', kind: 'number' };
}

const where = (path: readonly number[]): string =>
  `tensor: data${path.map((index) => `[${index}]`).join('')}`;

function wrongType(path: readonly number[], expected: string, value: unknown): Error {
  return makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where(path)}: expected ${expected}, got ${describe(value)}`,
  );
}

/** Puts one element at a row-major position, or throws an error that names its path. */
type Writer = (index: number, value: unknown, path: readonly number[]) => void;

function integerWriter(dtype: DType, array: Row): Writer {
  const { itemsize, kind } = dtypeInfo(dtype);
  const bits = BigInt(itemsize * 8);
  const low = kind === 'uint' ? 0n : -(1n << (bits - 1n));
  const high = (kind === 'uint' ? 1n << bits : 1n << (bits - 1n)) - 1n;
  const isWide = itemsize === 8;
  const target = array as unknown as Record<number, number | bigint>;
  return (index, value, path) => {
    if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
      throw wrongType(path, `an integer for ${dtype}`, value);
    }
    if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      const problem = Number.isInteger(value)
        ? 'beyond the safe integers: give a bigint'
        : 'no integer';
      throw makeError(
        Number.isInteger(value) ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_VALUE',
        `${where(path)}: expected an integer for ${dtype}, got ${value} (${problem})`,
      );
    }
    const integer = BigInt(value);
    if (integer < low || integer > high) {
      throw makeError(
        'ERR_OUT_OF_RANGE',
        `${where(path)}: ${dtype} holds ${low} to ${high}, got ${value}`,
      );
    }
    target[index] = isWide ? integer : Number(integer);
  };
}

function makeWriter(dtype: DType, array: Row): Writer {
  const { kind } = dtypeInfo(dtype);
  const target = array as unknown as Record<number, number>;
  if (kind === 'int' || kind === 'uint') return integerWriter(dtype, array);
  if (kind === 'bool') {
    return (index, value, path) => {
      if (typeof value === 'number') target[index] = value === 0 ? 0 : 1;
      else if (typeof value === 'boolean') target[index] = value ? 1 : 0;
      else throw wrongType(path, 'a boolean', value);
    };
  }
  if (kind === 'complex') {
    return (index, value, path) => {
      const isReal = typeof value === 'number';
      if (!isReal && !isComplex(value)) throw wrongType(path, '{ re, im }', value);
      target[2 * index] = isReal ? value : value.re;
      target[2 * index + 1] = isReal ? 0 : value.im;
    };
  }
  return (index, value, path) => {
    if (typeof value === 'number') target[index] = value;
    else if (typeof value === 'bigint' || typeof value === 'boolean') target[index] = Number(value);
    else throw wrongType(path, 'a number', value);
  };
}

/**
 * Flattens numbers, bigints, booleans, complex numbers and typed arrays in arrays of any depth.
 * Without a dtype all elements must be of one kind; float16 and bfloat16 come as float32.
 *
 * @internal
 */
export function flatten(data: unknown, dtype: DType | undefined): Flat {
  const { shape, kind, dtype: inferred } = infer(data);
  const wanted = dtype ?? inferred;
  if (dtypeInfo(wanted).kind === 'quantized') {
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `tensor: ${wanted} tensors come from quantizing: make a float32 tensor first`,
    );
  }
  const stored = wanted === 'float16' || wanted === 'bfloat16' ? 'float32' : wanted;
  const count = countOf(shape);
  const buffer = new ArrayBuffer(count * dtypeInfo(stored).itemsize);
  const write = makeWriter(stored, viewAs(stored, buffer, 0, count) as Row);
  const path: number[] = [];
  let next = 0;

  const put = (value: unknown): void => {
    if (isRow(value)) throw wrongType(path, 'one value, as before it', value);
    if (dtype === undefined && typeof value !== kind) {
      throw wrongType(path, kind === 'object' ? '{ re, im }' : `a ${kind}`, value);
    }
    write(next++, value, path);
  };
  const fill = (value: unknown, axis: number): void => {
    if (axis === shape.length) {
      put(value);
      return;
    }
    if (!isRow(value) || value.length !== shape[axis]) {
      throw wrongType(path, `an array of ${shape[axis]}, as before it`, value);
    }
    for (let i = 0; i < value.length; i++) {
      path[axis] = i;
      fill(value[i], axis + 1);
    }
    path.length = axis;
  };
  fill(data, 0);
  return { buffer, dtype: stored, shape };
}
