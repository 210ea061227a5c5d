import { describe, expect, it } from 'vitest';

import { float } from '../../src/index.js';
import { back, types } from './value-modules.js';

const typeError = (message: string) =>
  expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
const rangeError = (message: RegExp) =>
  expect.objectContaining({
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: expect.stringMatching(message),
  });

describe('int', () => {
  it('takes safe integers and bigints, and gives bigints outside the safe range', () => {
    const safe = Number.MAX_SAFE_INTEGER;
    expect(back('int_', 5)).toBe(5);
    expect(back('int_', 5n)).toBe(5);
    expect(back('int_', -0)).toBe(0);
    expect(back('int_', safe)).toBe(safe);
    expect(back('int_', -safe)).toBe(-safe);
    expect(back('int_', BigInt(safe) + 2n)).toBe(BigInt(safe) + 2n);
    expect(back('int_', 2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    expect(back('int_', -(2n ** 63n))).toBe(-(2n ** 63n));
  });

  it('refuses fractions, NaN, infinities and other types', () => {
    for (const [value, got] of [
      [1.5, 'number 1.5'],
      [Number.NaN, 'number NaN'],
      [Number.POSITIVE_INFINITY, 'number Infinity'],
      ['5', "string '5'"],
      [null, 'null'],
      [undefined, 'undefined'],
      [{}, 'an object'],
      [[1], 'an array of 1'],
    ] as const) {
      expect(() => back('int_', value)).toThrow(
        typeError(`int_: argument 'x': expected int, got ${got}`),
      );
    }
  });

  it('refuses numbers that are no longer exact, and bigints beyond int64', () => {
    expect(() => back('int_', 2 ** 53)).toThrow(/argument 'x'.*9007199254740992/);
    expect(() => back('int_', 2 ** 53 + 2)).toThrow(/bigint/);
    expect(() => back('int_', 2n ** 63n)).toThrow(rangeError(/9223372036854775808n/));
    expect(() => back('int_', -(2n ** 63n) - 1n)).toThrow(rangeError(/-9223372036854775809n/));
  });
});

describe('float and complex', () => {
  it('take integral numbers as what the schema says', () => {
    expect(types.runSync('halves', [5, 5])).toEqual([2, 2.5]);
    expect(types.runSync('of_number', [2])).toBe('int');
    expect(types.runSync('of_number', [2.5])).toBe('float');
    expect(types.runSync('of_number', [float(2)])).toBe('float');
    expect(types.runSync('of_number', [{ re: 1, im: 2 }])).toBe('complex');
  });

  it('keep every bit, signs and specials', () => {
    for (const value of [0, -0, 0.1, 5e-324, 1.7976931348623157e308, 2 ** 60, Infinity, NaN]) {
      expect(back('float_', value)).toBe(value);
    }
    expect(back('complex_', { re: 1, im: -2 })).toEqual({ re: 1, im: -2 });
    expect(back('float_', float(2))).toBe(2);
    expect(() => back('int_', float(2))).toThrow(/expected int/);
    expect(() => float('2' as never)).toThrow(
      typeError("float: expected a number, got string '2'"),
    );
    expect(back('complex_', 3)).toEqual({ re: 3, im: 0 });
    expect(() => back('float_', '1')).toThrow(
      typeError("float_: argument 'x': expected float, got string '1'"),
    );
    expect(() => back('float_', true)).toThrow(/expected float, got boolean true/);
  });
});

describe('bool, str and None', () => {
  it('cross as they are', () => {
    expect(back('bool_', true)).toBe(true);
    for (const text of ['', 'Привет, мир', 'a\0b', '👍🏽 漢字', 'x'.repeat(100_000)]) {
      expect(back('str_', text)).toBe(text);
    }
    expect(types.runSync('str_length', ['a\0b'])).toBe(3);
    expect(back('none', 1)).toBeNull();
  });

  it('take null and undefined for an optional, and give null', () => {
    for (const method of ['int', 'float', 'str', 'tensor', 'list', 'tuple']) {
      expect(back(`optional_${method}`, null)).toBeNull();
      expect(back(`optional_${method}`, undefined)).toBeNull();
    }
    expect(back('optional_int', 0)).toBe(0);
    expect(back('optional_str', '')).toBe('');
  });

  it('are not taken for one another', () => {
    expect(() => back('bool_', 1)).toThrow(/expected bool, got number 1/);
    expect(() => back('str_', 1)).toThrow(/expected str, got number 1/);
    expect(() => back('optional_int', 'x')).toThrow(/argument 'x': expected int, got string 'x'/);
  });
});
