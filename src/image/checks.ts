import { describe } from '../tensor/describe.js';
import { wrongArgument } from './failures.js';
import type { ImageSize } from './options.js';

/** As many as sharp decodes unless told otherwise: 16,383 by 16,383. */
const USUAL_LIMIT = 0x3fff * 0x3fff;

/** One of a few names; the first where none is given. */
export function checkChoice<T extends string>(
  where: string,
  name: string,
  value: unknown,
  choices: readonly [T, ...T[]],
): T {
  if (value === undefined) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const expected = `expected ${name} to be one of ${choices.join(', ')}`;
  throw wrongArgument('ERR_INVALID_ARG_VALUE', `${where}: ${expected}, got ${describe(value)}`);
}

export function checkBoolean(
  where: string,
  name: string,
  value: unknown,
  otherwise: boolean,
): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  const message = `${where}: expected ${name} to be a boolean, got ${describe(value)}`;
  throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
}

/** A number within bounds. */
export function checkNumber(
  where: string,
  name: string,
  value: unknown,
  from: number,
  to: number,
): number {
  if (typeof value === 'number' && value >= from && value <= to) return value;
  const code = typeof value === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
  const expected = `expected ${name} to be a number from ${from} to ${to}`;
  throw wrongArgument(code, `${where}: ${expected}, got ${describe(value)}`);
}

/** A whole number from 1. */
export function checkCount(where: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  const code = typeof value === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
  const expected = `expected ${name} to be a whole number of at least 1`;
  throw wrongArgument(code, `${where}: ${expected}, got ${describe(value)}`);
}

/** A side, or [height, width]. */
export function checkSize(where: string, name: string, value: unknown): ImageSize | null {
  if (value === undefined) return null;
  if (typeof value === 'number') return checkCount(where, name, value);
  if (Array.isArray(value) && value.length === 2) {
    return [checkCount(where, `${name}[0]`, value[0]), checkCount(where, `${name}[1]`, value[1])];
  }
  const expected = `expected ${name} to be a number or [height, width]`;
  const message = `${where}: ${expected}, got ${describe(value)}`;
  throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
}

/** Means or deviations: one for each channel, or one for all. */
export function checkValues(
  where: string,
  name: 'mean' | 'std',
  value: unknown,
  channels: number,
): readonly number[] | null {
  if (value === undefined) return null;
  if (!Array.isArray(value)) {
    const message = `${where}: expected ${name} to be an array of numbers, got ${describe(value)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  if (value.length !== 1 && value.length !== channels) {
    const images = `the image has ${channels} channel${channels === 1 ? '' : 's'}`;
    const message = `${where}: ${name} has ${value.length} values, ${images}`;
    throw wrongArgument('ERR_SHAPE_MISMATCH', message);
  }
  for (const [index, item] of value.entries()) {
    const isUsable = Number.isFinite(item) && (name === 'mean' || item !== 0);
    if (isUsable) continue;
    const code = typeof item === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE';
    const expected = name === 'mean' ? 'a finite number' : 'a finite number other than 0';
    const message = `${where}: expected ${name}[${index}] to be ${expected}, got ${describe(item)}`;
    throw wrongArgument(code, message);
  }
  return [...value] as number[];
}

/** The largest number of pixels. */
export function checkLimit(where: string, value: unknown): number {
  if (value === undefined) return USUAL_LIMIT;
  return value === false ? Number.POSITIVE_INFINITY : checkCount(where, 'limitInputPixels', value);
}
