import { describe, expect, it } from 'vitest';
import { addSuffixes, type Printed, printElements, shownShape } from '../../../src/tensor/print.js';

function print(
  shape: number[],
  values: Iterable<unknown>,
  kind: Printed['kind'] = 'float',
): string {
  const elements = [...values] as ReturnType<Printed['read']>[];
  return printElements({ kind, shape, summarized: false, read: (index) => elements[index]! }, 7);
}

// Expected texts are what torch 2.13 prints between `tensor(` and `)`.
describe('printElements', () => {
  it('writes whole floats with a dot and aligns signs', () => {
    expect(print([2, 2], [1, 2, 3, 4])).toBe('[[1., 2.],\n        [3., 4.]]');
    expect(print([3], [-1, 0, 10])).toBe('[-1.,  0., 10.]');
  });

  it('writes four decimals when one element has a fraction', () => {
    expect(print([3], [0.03125, 1, -2])).toBe('[ 0.0312,  1.0000, -2.0000]');
  });

  it('writes exponents when magnitudes are far apart, great or small', () => {
    expect(print([2], [1, 1001])).toBe('[1.0000e+00, 1.0010e+03]');
    expect(print([1], [100000001])).toBe('[1.0000e+08]');
    expect(print([1], [0.00009])).toBe('[9.0000e-05]');
    expect(print([2], [1, 1000])).toBe('[   1., 1000.]');
  });

  it('leaves what is not finite out of the choice', () => {
    const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1, -0];
    expect(print([5], odd)).toBe('[nan, inf, -inf, 1., -0.]');
    expect(print([1], [Number.NaN])).toBe('[nan]');
  });

  it('writes integers and booleans', () => {
    expect(print([2], [5n, -(2n ** 63n)], 'int')).toBe(
      '[                   5, -9223372036854775808]',
    );
    expect(print([2], [true, false], 'bool')).toBe('[ True, False]');
  });

  it('writes complex numbers with their own columns', () => {
    const values = [
      { re: 1, im: -2 },
      { re: -0.5, im: 3 },
    ];
    expect(print([2], values, 'complex')).toBe('[ 1.0000-2.j, -0.5000+3.j]');
  });

  it('writes a scalar without brackets and nothing as []', () => {
    expect(print([], [3.5])).toBe('3.5000');
    expect(print([2, 0], [])).toBe('[]');
  });

  it('separates matrices by an empty line', () => {
    expect(print([2, 1, 1], [1, 2])).toBe('[[[1.]],\n\n        [[2.]]]');
  });

  it('breaks lines at 80 columns', () => {
    const lines = print(
      [30],
      Array.from({ length: 30 }, (_, i) => i),
    ).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^ {8}14., /);
  });

  it('shows only the edges of what is summarized', () => {
    const shape = [1200];
    expect(shownShape(shape, true)).toEqual([6]);
    const text = printElements(
      { kind: 'int', shape, summarized: true, read: (i) => (i < 3 ? i : 1194 + i) },
      7,
    );
    expect(text).toBe('[   0,    1,    2,  ..., 1197, 1198, 1199]');
  });
});

describe('addSuffixes', () => {
  it('puts suffixes behind the text, or on a new line where they do not fit', () => {
    expect(addSuffixes('tensor([1.]', ['dtype=torch.float64'], 7)).toBe(
      'tensor([1.], dtype=torch.float64)',
    );
    const long = `tensor([${'1, '.repeat(23)}1]`;
    expect(addSuffixes(long, ['dtype=torch.int32'], 7)).toBe(`${long},\n       dtype=torch.int32)`);
  });
});
