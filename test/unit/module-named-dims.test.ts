import { describe, expect, it } from 'vitest';

import {
  DimNames,
  DimScope,
  formatPattern,
  normalizePattern,
  ShapeMatcher,
} from '../../src/module/named-dims.js';

const matcher = (pattern: readonly unknown[], names = new DimNames()) =>
  new ShapeMatcher(normalizePattern(pattern), names);

describe('ShapeMatcher', () => {
  it('compares sizes', () => {
    const shape = matcher([2, 3]);
    expect(shape.mismatch([2, 3], new DimScope(), 'x')).toBeNull();
    expect(shape.mismatch([2, 4], new DimScope(), 'x')).toBe('dimension 1: expected 3, got 4');
    expect(shape.mismatch([2], new DimScope(), 'x')).toBe('expected 2 dimensions, got 1');
    expect(matcher([]).mismatch([], new DimScope(), 'x')).toBeNull();
    expect(matcher([0]).mismatch([0], new DimScope(), 'x')).toBeNull();
  });

  it('takes any size for -1 and null', () => {
    expect(matcher([-1, null]).mismatch([7, 0], new DimScope(), 'x')).toBeNull();
  });

  it('lets names agree within a scope, and starts anew in the next', () => {
    const names = new DimNames();
    const [a, b] = [matcher(['batch', 'n'], names), matcher(['n', 'batch'], names)];
    const scope = new DimScope();
    expect(a.mismatch([2, 5], scope, "input 'a'")).toBeNull();
    expect(b.mismatch([5, 2], scope, "input 'b'")).toBeNull();
    expect(b.mismatch([5, 3], scope, 'output')).toBe(
      "dimension 1: 'batch' is 2 in input 'a', got 3",
    );
    expect(b.mismatch([5, 3], new DimScope(), 'output')).toBeNull();
  });

  it('lets names agree within one shape', () => {
    const square = matcher(['n', 'n']);
    expect(square.mismatch([3, 3], new DimScope(), 'it')).toBeNull();
    expect(square.mismatch([3, 4], new DimScope(), 'it')).toBe(
      "dimension 1: 'n' is 3 in it, got 4",
    );
  });
});

describe('normalizePattern', () => {
  it('refuses what is no dimension, by position', () => {
    for (const wrong of [1.5, -2, Number.NaN, '', undefined, {}]) {
      expect(() => normalizePattern([1, wrong])).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_VALUE',
          message: expect.stringContaining('dimension 1: expected a size, a name, -1 or null'),
        }),
      );
    }
  });

  it('prints as shapes are printed', () => {
    expect(formatPattern(normalizePattern(['batch', 3, -1]))).toBe('[batch, 3, *]');
  });
});
