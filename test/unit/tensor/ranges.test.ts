import { describe, expect, expectTypeOf, it } from 'vitest';
import { arange, linspace, randint, type Tensor } from '../../../src/index.js';
import { caught } from '../caught.js';

describe('arange', () => {
  it('counts in float32 for numbers, also whole ones, and in int64 for bigints', () => {
    expect(arange(3).toArray()).toEqual([0, 1, 2]);
    expect(arange(3).dtype).toBe('float32');
    expect(arange(1, 4).toArray()).toEqual([1, 2, 3]);
    expect(arange(0, 1, 0.25).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    expect(arange(3n).dtype).toBe('int64');
    expect(arange(1n, 7n, 2n).toArray()).toEqual([1, 3, 5]);
    expect(arange(5, 0, -2).toArray()).toEqual([5, 3, 1]);
  });

  it('takes options behind any of its forms', () => {
    expect(arange(2, { dtype: 'int8' }).dtype).toBe('int8');
    expect(arange(0, 2, { dtype: 'int16' }).toArray()).toEqual([0, 1]);
    expect(arange(0, 4, 2, { dtype: 'float64' }).dtype).toBe('float64');
    expectTypeOf(arange(2)).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(arange(2n)).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(arange(0, 2, { dtype: 'int16' })).toEqualTypeOf<Tensor<'int16'>>();
  });

  it('refuses what is no number, and too few or too many', () => {
    const call = arange as unknown as (...args: unknown[]) => Tensor;
    expect(caught(() => call('3'))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(caught(() => call(Number.NaN))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(caught(() => call())).toMatchObject({ code: 'ERR_MISSING_ARGUMENT' });
    expect(caught(() => call(1, 2, 3, 4))).toMatchObject({ code: 'ERR_TOO_MANY_ARGUMENTS' });
    expect(caught(() => arange(0, 1, 0)).message).toContain('step');
  });
});

describe('linspace', () => {
  it('includes both ends', () => {
    expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(linspace(0, 1, 2, { dtype: 'float64' }).dtype).toBe('float64');
    expectTypeOf(linspace(0, 1, 2)).toEqualTypeOf<Tensor<'float32'>>();
  });
});

describe('randint', () => {
  it('draws int64 from low to below high', () => {
    const values = randint(2, 5, [200]).toArray() as number[];
    expect(new Set(values)).toEqual(new Set([2, 3, 4]));
    expect(randint(1, [2]).toArray()).toEqual([0, 0]);
    expect(randint(3, [1]).dtype).toBe('int64');
    expect(randint(0, 3, [1], { dtype: 'uint8' }).dtype).toBe('uint8');
    expectTypeOf(randint(3, [1])).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(randint(3, [1], { dtype: 'float32' })).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('refuses an empty range and a missing shape', () => {
    const call = randint as unknown as (...args: unknown[]) => Tensor;
    expect(caught(() => randint(3, 3, [1])).name).toBe('TorchError');
    expect(caught(() => call(3))).toMatchObject({ name: 'TypeError' });
  });
});
