import { describe, expect, it } from 'vitest';
import { formatFixed, formatRepr, formatScientific } from '../../../src/tensor/print-number.js';

// Expected texts are Python's: f'{x:.4f}', f'{x:.4e}', repr(x).
describe('formatFixed', () => {
  it.each([
    [0, 4, '0.0000'],
    [-0, 4, '-0.0000'],
    [-0, 0, '-0'],
    [0.03125, 4, '0.0312'],
    [0.09375, 4, '0.0938'],
    [-0.03125, 4, '-0.0312'],
    [1.00005, 4, '1.0001'],
    [-0.00001, 4, '-0.0000'],
    [0.5, 0, '0'],
    [1.5, 0, '2'],
    [2.5, 0, '2'],
    [99999.99999, 4, '100000.0000'],
    [1e22, 0, '10000000000000000000000'],
    [1e22, 2, '10000000000000000000000.00'],
    [Number.NaN, 4, 'nan'],
    [Number.POSITIVE_INFINITY, 4, 'inf'],
    [Number.NEGATIVE_INFINITY, 4, '-inf'],
  ])('writes %d with %i digits', (value, digits, text) => {
    expect(formatFixed(value, digits)).toBe(text);
  });
});

describe('formatScientific', () => {
  it.each([
    [0, 4, '0.0000e+00'],
    [-0, 4, '-0.0000e+00'],
    [123456.5, 4, '1.2346e+05'],
    [1.00005e10, 4, '1.0000e+10'],
    [100015, 4, '1.0002e+05'],
    [100005, 4, '1.0000e+05'],
    [999995, 4, '1.0000e+06'],
    [5e-324, 4, '4.9407e-324'],
    [1.7976931348623157e308, 4, '1.7977e+308'],
    [25, 0, '2e+01'],
    [35, 0, '4e+01'],
    [Number.NaN, 4, 'nan'],
    [Number.NEGATIVE_INFINITY, 4, '-inf'],
  ])('writes %d with %i digits', (value, digits, text) => {
    expect(formatScientific(value, digits)).toBe(text);
  });
});

describe('formatRepr', () => {
  it.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [1e-4, '0.0001'],
    [1e-5, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e16, '1e+16'],
    [9007199254740992, '9007199254740992.0'],
    [Number.NaN, 'nan'],
  ])('writes %d', (value, text) => {
    expect(formatRepr(value)).toBe(text);
  });
});
