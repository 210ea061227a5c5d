import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  cat,
  type DType,
  manualSeed,
  rand,
  stack,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { caught } from '../caught.js';

describe('tensor', () => {
  it('takes the dtype from the kind of the values', () => {
    expect(tensor([[1, 2]]).dtype).toBe('float32');
    expect(tensor(5).dtype).toBe('float32');
    expect(tensor([1n]).dtype).toBe('int64');
    expect(tensor(true).dtype).toBe('bool');
    expect(tensor([{ re: 1, im: 2 }]).dtype).toBe('complex64');
    expect(tensor(new Int16Array(2)).dtype).toBe('int16');
    expect(tensor(Buffer.from([1])).dtype).toBe('uint8');
    expect(tensor([]).shape).toEqual([0]);
  });

  it('is typed by the values and by the dtype', () => {
    expectTypeOf(tensor([[1, 2]])).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor(1n)).toEqualTypeOf<Tensor<'int64'>>();
    expectTypeOf(tensor([true])).toEqualTypeOf<Tensor<'bool'>>();
    expectTypeOf(tensor({ re: 0, im: 1 })).toEqualTypeOf<Tensor<'complex64'>>();
    expectTypeOf(tensor(new Uint16Array(1))).toEqualTypeOf<Tensor<'uint16'>>();
    expectTypeOf(tensor([1], { dtype: 'int8' })).toEqualTypeOf<Tensor<'int8'>>();
    expectTypeOf(tensor([1], { device: 'cpu' })).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(tensor([new Float64Array(1)])).toEqualTypeOf<Tensor<DType>>();
  });

  it('keeps the shape and the values', () => {
    const t = tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(t.shape).toEqual([1, 2, 2]);
    expect(t.toArray()).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
    ]);
    expect(tensor(7).item()).toBe(7);
    expect(tensor([[], []]).shape).toEqual([2, 0]);
  });

  it.each([
    'float32',
    'float64',
    'float16',
    'bfloat16',
    'int8',
    'int16',
    'int32',
    'int64',
    'uint8',
    'uint16',
    'uint32',
    'uint64',
  ] as const)('makes %s', (dtype) => {
    const t = tensor([0, 1, 100], { dtype });
    expect(t.dtype).toBe(dtype);
    expect(t.toArray()).toEqual([0, 1, 100]);
  });

  it('makes booleans and complex numbers', () => {
    expect(tensor([0, 2, 0.5], { dtype: 'bool' }).toArray()).toEqual([false, true, true]);
    expect(tensor([1, { re: 2, im: -3 }], { dtype: 'complex128' }).toArray()).toEqual([
      { re: 1, im: 0 },
      { re: 2, im: -3 },
    ]);
  });

  it('rounds to half floats as LibTorch does', () => {
    expect(tensor([0.1, 65504, 1e6], { dtype: 'float16' }).toArray()).toEqual([
      0.0999755859375,
      65504,
      Number.POSITIVE_INFINITY,
    ]);
    expect(tensor(0.1, { dtype: 'bfloat16' }).item()).toBe(0.10009765625);
  });

  it('copies typed arrays, with their offset', () => {
    const source = new Float32Array([9, 1, 2, 9]);
    const t = tensor(source.subarray(1, 3));
    source.fill(0);
    expect(t.toArray()).toEqual([1, 2]);
    expect(t.sharesMemory).toBe(false);
    expect(tensor(new Float64Array([1.5, 2]), { dtype: 'float32' }).toArray()).toEqual([1.5, 2]);
    expect(tensor([Int32Array.of(1, 2), Int32Array.of(3, 4)]).dtype).toBe('int32');
  });

  it('names the place of a wrong value', () => {
    const error = caught(() => tensor([[1, 2], [3]]));
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(error.message).toContain('tensor: data[1]: expected an array of 2, as before it');
  });

  it.each([
    [{ dtype: 'float' }, 'ERR_INVALID_ARG_VALUE'],
    [{ device: 'nowhere' }, 'ERR_INVALID_ARG_VALUE'],
    [{ shape: [1] }, 'ERR_UNKNOWN_ARGUMENT'],
  ])('refuses the options %o', (options, code) => {
    expect(caught(() => tensor([1], options as object))).toMatchObject({ code });
  });

  it('refuses a detached typed array', () => {
    const source = new Float32Array(2);
    structuredClone(source, { transfer: [source.buffer] });
    expect(caught(() => tensor(source))).toMatchObject({ code: 'ERR_DETACHED_BUFFER' });
  });
});

describe('stack and cat', () => {
  it('join along a new dimension and along an old one', () => {
    const [a, b] = [tensor([1, 2]), tensor([3, 4])];
    expect(stack([a, b]).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(stack([a, b], 1).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(cat([a, b]).toArray()).toEqual([1, 2, 3, 4]);
    expect(cat([zeros([2, 1]), zeros([2, 2])], -1).shape).toEqual([2, 3]);
    expectTypeOf(cat([a, b])).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('throw LibTorch’s error for shapes that do not fit', () => {
    expect(caught(() => stack([zeros([2]), zeros([3])]))).toMatchObject({ name: 'TorchError' });
    expect(caught(() => cat([1 as unknown as Tensor]))).toMatchObject({ name: 'TypeError' });
  });
});

describe('manualSeed', () => {
  it('makes random numbers repeat', () => {
    manualSeed(42);
    const first = rand([4]);
    manualSeed(42n);
    expect(rand([4]).equal(first)).toBe(true);
  });

  it('refuses what is no integer', () => {
    for (const seed of [1.5, Number.NaN, '1']) {
      expect(caught(() => manualSeed(seed as number))).toMatchObject({ name: 'TypeError' });
    }
  });
});
