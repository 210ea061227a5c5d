import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  elementReader,
  indexPath,
  type Nested,
  nest,
  toSafeNumber,
} from '../../../src/tensor/elements.js';
import { caught } from '../caught.js';

describe('elementReader', () => {
  it('reads numbers, booleans, complex numbers and the wide integers', () => {
    expect(elementReader('int16', new Int16Array([5, -6]).buffer)(1)).toBe(-6);
    expect(elementReader('bool', new Uint8Array([0, 1]).buffer)(1)).toBe(true);
    expect(elementReader('complex64', new Float32Array([1, 2, 3, 4]).buffer)(1)).toEqual({
      re: 3,
      im: 4,
    });
    expect(elementReader('int64', new BigInt64Array([-(2n ** 63n)]).buffer)(0)).toBe(-(2n ** 63n));
    expect(elementReader('uint64', new BigUint64Array([2n ** 64n - 1n]).buffer)(0)).toBe(
      2n ** 64n - 1n,
    );
  });

  it('decodes the half floats to numbers', () => {
    expect(elementReader('float16', new Uint16Array([0x3c00]).buffer)(0)).toBe(1);
    expect(elementReader('bfloat16', new Uint16Array([0x3f80]).buffer)(0)).toBe(1);
  });
});

describe('nest', () => {
  it('nests row-major elements', () => {
    const nested = nest([2, 3], (index) => index);
    expect(nested).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expectTypeOf(nested).toEqualTypeOf<Nested<number>>();
  });

  it('gives the element of a scalar, and empty arrays for empty shapes', () => {
    expect(nest([], () => 7)).toBe(7);
    expect(nest([0], () => 7)).toEqual([]);
    expect(nest([2, 0], () => 7)).toEqual([[], []]);
    expect(nest([0, 2], () => 7)).toEqual([]);
  });
});

describe('indexPath', () => {
  it('names the place of a row-major position', () => {
    expect(indexPath([2, 3], 5)).toBe('[1][2]');
    expect(indexPath([], 0)).toBe('');
  });
});

describe('toSafeNumber', () => {
  it('gives numbers up to the safe bounds', () => {
    expect(toSafeNumber(2n ** 53n - 1n, () => 'x')).toBe(Number.MAX_SAFE_INTEGER);
    expect(toSafeNumber(-(2n ** 53n) + 1n, () => 'x')).toBe(Number.MIN_SAFE_INTEGER);
  });

  it.each([2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)])('refuses %s', (value) => {
    const error = caught(() => toSafeNumber(value, () => 'element [1]'));
    expect(error).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    expect(error.message).toContain(`element [1]: ${value}`);
    expect(error.message).toContain('{ bigint: true }');
  });
});
