import { describe, expect, expectTypeOf, it } from 'vitest';
import { empty, eye, full, ones, rand, randn, type Tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

describe('zeros, ones, empty, rand and randn', () => {
  it('make the shape, in float32 unless told', () => {
    for (const make of [zeros, ones, empty, rand, randn]) {
      expect(make([2, 3]).shape).toEqual([2, 3]);
      expect(make([]).shape).toEqual([]);
      expect(make([0, 2]).numel).toBe(0);
      expect(make([1]).dtype).toBe('float32');
      expect(make([1], { dtype: 'float64' }).dtype).toBe('float64');
      expect(make([1], { device: 'meta' }).device).toBe('meta');
      expectTypeOf(make([1])).toEqualTypeOf<Tensor<'float32'>>();
      expectTypeOf(make([1], { dtype: 'float64' })).toEqualTypeOf<Tensor<'float64'>>();
    }
  });

  it('fill with what their names say', () => {
    expect(zeros([2], { dtype: 'bool' }).toArray()).toEqual([false, false]);
    expect(ones([2], { dtype: 'int64' }).toArray()).toEqual([1, 1]);
    const values = rand([100]).toArray() as number[];
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  });

  it('refuse wrong shapes and options before LibTorch sees them', () => {
    for (const make of [zeros, ones, empty, rand, randn]) {
      expect(caught(() => make(3 as unknown as number[])).code).toBe('ERR_INVALID_ARG_TYPE');
      expect(caught(() => make([-1])).code).toBe('ERR_OUT_OF_RANGE');
      expect(caught(() => make([1.5])).message).toContain(`${make.name}: expected shape[0]`);
      expect(caught(() => make([1], { dtype: 'x' as 'int8' })).code).toBe('ERR_INVALID_ARG_VALUE');
    }
  });

  it('fail with an error when the memory is not there', () => {
    const error = caught(() => zeros([2 ** 50]));
    expect(error).toMatchObject({ name: 'OutOfMemoryError', code: 'ERR_OUT_OF_MEMORY' });
    expect(caught(() => zeros([2 ** 53 - 1, 1000]))).toMatchObject({ code: 'ERR_OUT_OF_MEMORY' });
    expect(zeros([1]).item()).toBe(0);
  });
});

describe('full', () => {
  it('takes the dtype from the kind of the value', () => {
    expect(full([2], 7).toArray()).toEqual([7, 7]);
    expect(full([1], 7).dtype).toBe('float32');
    expect(full([1], 7n).dtype).toBe('int64');
    expect(full([1], true).dtype).toBe('bool');
    expect(full([], { re: 1, im: 2 }).item()).toEqual({ re: 1, im: 2 });
    expect(full([1], 3, { dtype: 'uint8' }).dtype).toBe('uint8');
    expectTypeOf(full([1], 7)).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(full([1], 7n)).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(full([1], 7, { dtype: 'int8' })).toEqualTypeOf<Tensor<'int8'>>();
  });

  it('refuses other values', () => {
    for (const value of ['7', null, undefined]) {
      const error = caught(() => full([1], value as unknown as number));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
  });
});

describe('eye', () => {
  it('makes square and other matrices', () => {
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(eye(1, 2).shape).toEqual([1, 2]);
    expect(eye(2, { dtype: 'int32' }).dtype).toBe('int32');
    expect(eye(1, 2, { dtype: 'bool' }).toArray()).toEqual([[true, false]]);
    expectTypeOf(eye(2, { dtype: 'int32' })).toEqualTypeOf<Tensor<'int32'>>();
  });
});
