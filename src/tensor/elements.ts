import { makeError } from '../make-error.js';
import { type DType, dtypeInfo } from './dtype.js';
import { decodeBFloat16, decodeFloat16 } from './float16.js';
import { type BufferSource, type Complex, viewAs } from './typed-array.js';

/** One element as JavaScript shows it. */
export type Element = number | bigint | boolean | Complex;

/** Reads the element at a row-major position. */
export type ElementReader = (index: number) => Element;

/** A reader over row-major bytes; int64 and uint64 come as bigint. @internal */
export function elementReader(dtype: DType, buffer: BufferSource): ElementReader {
  const { itemsize, lanes, kind } = dtypeInfo(dtype);
  const count = buffer.byteLength / itemsize;
  if (dtype === 'float16' || dtype === 'bfloat16') {
    const bits = new Uint16Array(buffer);
    const decode = dtype === 'float16' ? decodeFloat16 : decodeBFloat16;
    return (index) => decode(bits[index]!);
  }
  const array = viewAs(dtype, buffer, 0, count) as ArrayLike<number | bigint>;
  if (kind === 'bool') return (index) => array[index] !== 0;
  if (lanes === 2) {
    return (index) => ({ re: array[2 * index] as number, im: array[2 * index + 1] as number });
  }
  return (index) => array[index]!;
}

/** The bigint as a number, or a RangeError that says where it stands. @internal */
export function toSafeNumber(value: bigint, where: () => string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw makeError(
      'ERR_OUT_OF_RANGE',
      `${where()}: ${value} is beyond the safe integers of a number; ask with { bigint: true }`,
    );
  }
  return number;
}

/** A value nested in arrays, one level for each dimension. */
export type Nested<T> = T | Nested<T>[];

/** Row-major elements as nested arrays of the shape. @internal */
export function nest<T>(shape: readonly number[], read: (index: number) => T): Nested<T> {
  let next = 0;
  const level = (axis: number): Nested<T> => {
    if (axis === shape.length) return read(next++);
    const size = shape[axis]!;
    const values: Nested<T>[] = new Array(size);
    for (let i = 0; i < size; i++) values[i] = level(axis + 1);
    return values;
  };
  return level(0);
}

/** '[1][0]': the place of a row-major position in a shape. @internal */
export function indexPath(shape: readonly number[], index: number): string {
  let rest = index;
  let path = '';
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    path = `[${rest % size}]${path}`;
    rest = Math.floor(rest / size);
  }
  return path;
}
