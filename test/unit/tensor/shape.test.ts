import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkShape, countOf, type Shape, shapeOf } from '../../../src/tensor/shape.js';
import { caught } from '../caught.js';

describe('shapeOf', () => {
  it('takes one array or sizes one by one', () => {
    expect(shapeOf([[2, 3]])).toEqual([2, 3]);
    expect(shapeOf([2, 3])).toEqual([2, 3]);
    expect(shapeOf([[]])).toEqual([]);
    expect(shapeOf([])).toEqual([]);
    expectTypeOf(shapeOf([2])).toEqualTypeOf<Shape>();
  });
});

describe('checkShape', () => {
  it('gives good sizes back', () => {
    expect(checkShape('zeros', [])).toEqual([]);
    expect(checkShape('zeros', [0, 2])).toEqual([0, 2]);
  });

  it.each([
    [3, 'ERR_INVALID_ARG_TYPE', 'expected shape to be an array of sizes, got 3'],
    [undefined, 'ERR_INVALID_ARG_TYPE', 'got undefined'],
    [[1, '2'], 'ERR_INVALID_ARG_TYPE', "expected shape[1] to be a number, got string '2'"],
    [Array(1), 'ERR_INVALID_ARG_TYPE', 'expected shape[0]'],
    [[1.5], 'ERR_OUT_OF_RANGE', 'got 1.5'],
    [[-1], 'ERR_OUT_OF_RANGE', 'at least 0, got -1'],
    [[Number.NaN], 'ERR_OUT_OF_RANGE', 'got NaN'],
  ])('refuses %o', (shape, code, message) => {
    const error = caught(() => checkShape('zeros', shape));
    expect(error.code).toBe(code);
    expect(error.message).toContain(`zeros: `);
    expect(error.message).toContain(message);
  });
});

describe('countOf', () => {
  it('multiplies the sizes', () => {
    expect(countOf([])).toBe(1);
    expect(countOf([2, 3, 4])).toBe(24);
    expect(countOf([2, 0])).toBe(0);
  });
});
