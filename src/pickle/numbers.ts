import { type ByteCursor, badPickle } from './byte-cursor.js';

const LONGEST_INTEGER = 128;

/** A number where it holds the integer exactly, else the bigint. @internal */
export function toInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** A two's complement integer of any length, lowest byte first. @internal */
export function readLong(cursor: ByteCursor, length: number): number | bigint {
  if (length > LONGEST_INTEGER) {
    throw badPickle(cursor.where, `an integer of ${length} bytes`);
  }
  const bytes = cursor.take(length);
  let value = 0n;
  for (let i = length; i-- > 0; ) value = (value << 8n) | BigInt(bytes[i]!);
  return toInteger(BigInt.asIntN(length * 8, value));
}

/** An integer or, in the oldest protocol, a boolean written as text. @internal */
export function readInteger(cursor: ByteCursor): number | bigint | boolean {
  const line = cursor.line();
  if (line === '00') return false;
  if (line === '01') return true;
  const digits = line.endsWith('L') ? line.slice(0, -1) : line;
  if (digits.length > 2 * LONGEST_INTEGER || !/^-?\d+$/.test(digits)) {
    throw badPickle(cursor.where, `'${digits.slice(0, 40)}' is no integer`);
  }
  return toInteger(BigInt(digits));
}

/** A float written as text. @internal */
export function readFloat(cursor: ByteCursor): number {
  const line = cursor.line();
  const named = {
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
    nan: Number.NaN,
  };
  const value = Object.hasOwn(named, line) ? named[line as keyof typeof named] : Number(line);
  if (Number.isNaN(value) && line !== 'nan') {
    throw badPickle(cursor.where, `'${line.slice(0, 40)}' is no number`);
  }
  return value;
}
