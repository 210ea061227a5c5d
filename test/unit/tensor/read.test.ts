import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  arange,
  type Complex,
  type DType,
  fromBuffer,
  type Nested,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { quantized } from '../../fixtures/quantized.js';
import { caught, rejected } from '../caught.js';

describe('data', () => {
  it('looks into LibTorch’s own memory', () => {
    const t = tensor([1, 2, 3]);
    const { data } = t;
    expectTypeOf(data).toEqualTypeOf<Float32Array>();
    t.copyFrom(new Float32Array([4, 5, 6]));
    expect([...data]).toEqual([4, 5, 6]);
  });

  it('honours storage offsets, over one buffer per storage', () => {
    const t = arange(6).reshape(2, 3);
    const row = t.reshape(6).view(2, 3);
    expect(row.data.buffer).toBe(t.data.buffer);
    expect(t.data.length).toBe(6);
  });

  it('outlives the tensor', () => {
    const t = tensor([1, 2]);
    const { data } = t;
    t.dispose();
    expect([...data]).toEqual([1, 2]);
  });

  it('is empty for an empty tensor', () => {
    expect(zeros([0]).data).toHaveLength(0);
  });

  it('says which call makes a tensor that has a view', () => {
    const error = caught(() => arange(6).reshape(2, 3).transpose(0, 1).data);
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_NO_VIEW' });
    expect(error.message).toContain('contiguous()');
    expect(caught(() => quantized([1]).data).message).toContain('dequantize()');
    expect(caught(() => zeros([1], { device: 'meta' }).data).code).toBe('ERR_NO_VIEW');
  });
});

describe('toTypedArray and toArray', () => {
  it.each([
    ['float32', Float32Array.of(1, 2), [1, 2]],
    ['float64', Float64Array.of(1, 2), [1, 2]],
    ['int8', Int8Array.of(-1, 2), [-1, 2]],
    ['int16', Int16Array.of(-1, 2), [-1, 2]],
    ['int32', Int32Array.of(-1, 2), [-1, 2]],
    ['int64', BigInt64Array.of(-1n, 2n), [-1, 2]],
    ['uint8', Uint8Array.of(1, 255), [1, 255]],
    ['uint16', Uint16Array.of(1, 65535), [1, 65535]],
    ['uint32', Uint32Array.of(1, 4294967295), [1, 4294967295]],
    ['uint64', BigUint64Array.of(1n, 2n), [1, 2]],
    ['bool', Uint8Array.of(0, 1), [false, true]],
    ['complex64', Float32Array.of(1, 2), [{ re: 1, im: 2 }]],
    ['complex128', Float64Array.of(1, 2), [{ re: 1, im: 2 }]],
    ['bfloat16', Uint16Array.of(0x3f80), [1]],
  ] as const)('read %s', (dtype: DType, array, nested) => {
    const t = fromBuffer(array as Uint8Array, { dtype });
    expect(t.toTypedArray()).toEqual(array);
    expect(t.data).toEqual(array);
    expect(t.toArray()).toEqual(nested);
  });

  it('read float16 as Float16Array where there is one, else as bits', () => {
    const t = fromBuffer(Uint16Array.of(0x3c00), { dtype: 'float16' });
    const name = 'Float16Array' in globalThis ? 'Float16Array' : 'Uint16Array';
    expect(t.data.constructor.name).toBe(name);
    expect(t.toArray()).toEqual([1]);
  });

  it('read row-major from any strides', () => {
    const t = arange(6).reshape(2, 3).transpose(0, 1);
    expect([...t.toTypedArray()]).toEqual([0, 3, 1, 4, 2, 5]);
    expect(t.toArray()).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
    ]);
  });

  it('copy', () => {
    const t = tensor([1]);
    const copy = t.toTypedArray();
    copy[0] = 5;
    expect(t.item()).toBe(1);
  });

  it('give scalars and empty tensors their form', () => {
    expect(tensor(3).toArray()).toBe(3);
    expect(zeros([2, 0]).toArray()).toEqual([[], []]);
  });

  it('name the place of an integer beyond the safe range, unless bigint is asked for', () => {
    const t = tensor([[1n], [2n ** 53n]]);
    const error = caught(() => t.toArray());
    expect(error).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    expect(error.message).toContain('element [1][0]: 9007199254740992');
    expect(t.toArray({ bigint: true })).toEqual([[1n], [2n ** 53n]]);
    expectTypeOf(() => t.toArray()).returns.toEqualTypeOf<Nested<number>>();
    expectTypeOf(t.toArray({ bigint: true })).toEqualTypeOf<Nested<bigint>>();
    expectTypeOf<ReturnType<Tensor<'complex64'>['toArray']>>().toEqualTypeOf<Nested<Complex>>();
  });

  it('say how to read quantized elements', () => {
    for (const read of [() => quantized([1]).toArray(), () => quantized([1]).toTypedArray()]) {
      expect(caught(read)).toMatchObject({ name: 'TorchError', code: 'ERR_NO_VIEW' });
    }
  });
});

describe('toArrayAsync', () => {
  it('reads off the event loop', async () => {
    expect(await arange(4).reshape(2, 2).transpose(0, 1).toArrayAsync()).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(await tensor([2n ** 60n]).toArrayAsync({ bigint: true })).toEqual([2n ** 60n]);
  });

  it('rejects with a coded error and the stack of the caller', async () => {
    const t = tensor([1]);
    t.dispose();
    const gone = await rejected(t.toArrayAsync());
    expect(gone).toMatchObject({ name: 'DisposedError', code: 'ERR_DISPOSED' });
    expect((await rejected(tensor([2n ** 60n]).toArrayAsync())).code).toBe('ERR_OUT_OF_RANGE');
  });

  it('finishes although the tensor is disposed meanwhile', async () => {
    const t = tensor([1, 2]);
    const pending = t.toArrayAsync();
    t.dispose();
    expect(await pending).toEqual([1, 2]);
  });
});

describe('item', () => {
  it('gives the only element', () => {
    expect(tensor(1.5).item()).toBe(1.5);
    expect(tensor([[true]]).item()).toBe(true);
    expect(tensor([{ re: 1, im: -1 }]).item()).toEqual({ re: 1, im: -1 });
    expect(tensor(5n).item()).toBe(5);
    expect(tensor(5n).item({ bigint: true })).toBe(5n);
    expect(tensor(0.5, { dtype: 'bfloat16' }).item()).toBe(0.5);
    expect(tensor(2n ** 64n - 1n, { dtype: 'uint64' }).item({ bigint: true })).toBe(2n ** 64n - 1n);
    expect(tensor(-(2n ** 63n)).item({ bigint: true })).toBe(-(2n ** 63n));
    expectTypeOf(tensor(5n).item()).toEqualTypeOf<number>();
    expectTypeOf(tensor(5n).item({ bigint: true })).toEqualTypeOf<bigint>();
    expectTypeOf(tensor(true).item()).toEqualTypeOf<boolean>();
    expectTypeOf(tensor(1).item({ bigint: true })).toEqualTypeOf<number>();
  });

  it('refuses an integer beyond the safe range, and more or fewer elements than one', () => {
    const wide = caught(() => tensor(2n ** 53n + 1n).item());
    expect(wide).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    expect(caught(() => tensor([1, 2]).item()).message).toContain('one element');
    expect(caught(() => zeros([0]).item()).message).toContain('one element');
  });
});

describe('copyFrom', () => {
  it('copies in row-major order and returns the tensor', () => {
    const t = zeros([2, 2]);
    expect(t.copyFrom(Float32Array.of(1, 2, 3, 4))).toBe(t);
    const turned = t.transpose(0, 1).copyFrom(Float32Array.of(5, 6, 7, 8));
    expect(turned.toArray()).toEqual([
      [5, 6],
      [7, 8],
    ]);
    expect([...t.data]).toEqual([5, 7, 6, 8]);
  });

  it('takes clamped bytes, booleans and the bits of half floats', () => {
    const bytes = zeros([2], { dtype: 'uint8' });
    expect(bytes.copyFrom(new Uint8ClampedArray([1, 300]) as never).toArray()).toEqual([1, 255]);
    const mask = zeros([2], { dtype: 'bool' });
    expect(mask.copyFrom(Uint8Array.of(1, 0)).toArray()).toEqual([true, false]);
    const half = zeros([1], { dtype: 'float16' });
    expect(half.copyFrom(Uint16Array.of(0x3c00)).toArray()).toEqual([1]);
  });

  it.each([
    ['another type', Float64Array.of(1, 2), 'ERR_INVALID_ARG_TYPE', 'takes Float32Array'],
    ['an array', [1, 2], 'ERR_INVALID_ARG_TYPE', 'expected Float32Array'],
    ['too few', Float32Array.of(1), 'ERR_BYTE_LENGTH', 'takes 8 bytes, got 4'],
    ['too many', Float32Array.of(1, 2, 3), 'ERR_BYTE_LENGTH', 'got 12'],
  ])('refuses %s', (_name, source, code, message) => {
    const error = caught(() => zeros([2]).copyFrom(source as Float32Array));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('refuses bytes that are no booleans, and detached memory', () => {
    const mask = zeros([1], { dtype: 'bool' });
    expect(caught(() => mask.copyFrom(Uint8Array.of(2))).code).toBe('ERR_OUT_OF_RANGE');
    const gone = new Float32Array(1);
    structuredClone(gone, { transfer: [gone.buffer] });
    expect(caught(() => zeros([1]).copyFrom(gone)).code).toBe('ERR_DETACHED_BUFFER');
  });
});
