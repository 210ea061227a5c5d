import { runInNewContext } from 'node:vm';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { fromBuffer, type Tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

describe('fromBuffer', () => {
  it('shares the memory of a typed array, both ways', () => {
    const source = new Float32Array([1, 2, 3, 4]);
    const t = fromBuffer(source, { shape: [2, 2] });
    expect(t.sharesMemory).toBe(true);
    source[0] = 9;
    expect(t.toArray()).toEqual([
      [9, 2],
      [3, 4],
    ]);
    t.copyFrom(new Float32Array([5, 6, 7, 8]));
    expect([...source]).toEqual([5, 6, 7, 8]);
    expectTypeOf(t).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('takes every source there is', () => {
    const bytes = new Uint8Array([1, 0, 2, 0]);
    expect(fromBuffer(bytes).toArray()).toEqual([1, 0, 2, 0]);
    expect(fromBuffer(Buffer.from(bytes)).toArray()).toEqual([1, 0, 2, 0]);
    expect(fromBuffer(new Uint8ClampedArray(bytes)).dtype).toBe('uint8');
    expect(fromBuffer(bytes.buffer, { dtype: 'int16' }).toArray()).toEqual([1, 2]);
    expect(fromBuffer(new DataView(bytes.buffer), { dtype: 'int16' }).toArray()).toEqual([1, 2]);
    const shared = new Int32Array(new SharedArrayBuffer(8)).fill(3);
    expect(fromBuffer(shared).toArray()).toEqual([3, 3]);
    expect(fromBuffer(shared).sharesMemory).toBe(true);
    expect(fromBuffer(shared.buffer, { dtype: 'int32', shape: [2, 1] }).shape).toEqual([2, 1]);
    const foreign = runInNewContext('new Float64Array([1.5])') as Float64Array;
    expect(fromBuffer(foreign).toArray()).toEqual([1.5]);
  });

  it('honours offsets of the view, and of its own', () => {
    const memory = new Float32Array([0, 1, 2, 3, 4]);
    expect(fromBuffer(memory.subarray(1, 3)).toArray()).toEqual([1, 2]);
    expect(fromBuffer(memory, { offset: 8 }).toArray()).toEqual([2, 3, 4]);
    expect(fromBuffer(memory.subarray(1), { offset: 4, shape: [3, 1] }).toArray()).toEqual([
      [2],
      [3],
      [4],
    ]);
  });

  it('copies elements at unaligned addresses', () => {
    const bytes = new Uint8Array(9);
    new DataView(bytes.buffer).setFloat32(1, 1.5, true);
    const t = fromBuffer(bytes.subarray(1, 5), { dtype: 'float32' });
    expect(t.sharesMemory).toBe(false);
    expect(t.toArray()).toEqual([1.5]);
  });

  it('reads raw bytes and bits as the dtype asked for', () => {
    expect(fromBuffer(Uint16Array.of(0x3c00), { dtype: 'float16' }).toArray()).toEqual([1]);
    expect(fromBuffer(Uint16Array.of(0x3f80), { dtype: 'bfloat16' }).toArray()).toEqual([1]);
    expect(fromBuffer(Float32Array.of(1, 2), { dtype: 'complex64' }).toArray()).toEqual([
      { re: 1, im: 2 },
    ]);
    expect(fromBuffer(Float64Array.of(1, 2), { dtype: 'complex128' }).numel).toBe(1);
    const mask = fromBuffer(Uint8Array.of(0, 1), { dtype: 'bool' });
    expect(mask.toArray()).toEqual([false, true]);
    expectTypeOf(mask).toEqualTypeOf<Tensor<'bool'>>();
  });

  it('makes empty tensors', () => {
    expect(fromBuffer(new Float32Array(0)).shape).toEqual([0]);
    expect(fromBuffer(new Float32Array(0), { shape: [0, 3] }).shape).toEqual([0, 3]);
    expect(fromBuffer(new ArrayBuffer(0), { dtype: 'int8' }).numel).toBe(0);
  });

  it('copies what can shrink', () => {
    const Resizable = ArrayBuffer as unknown as new (n: number, o: object) => ArrayBuffer;
    const buffer = new Resizable(8, { maxByteLength: 16 });
    const t = fromBuffer(new Float32Array(buffer).fill(2));
    (buffer as unknown as { resize(size: number): void }).resize(0);
    expect(t.sharesMemory).toBe(false);
    expect(t.toArray()).toEqual([2, 2]);
  });

  it('survives a transfer of the buffer', () => {
    const source = new Float32Array([1, 2]);
    const t = fromBuffer(source);
    structuredClone(source, { transfer: [source.buffer] });
    expect(t.toArray()).toEqual([1, 2]);
  });

  it.each([
    ['no buffer', [1, 2], undefined, 'ERR_INVALID_ARG_TYPE', 'got array of 2'],
    ['null', null, undefined, 'ERR_INVALID_ARG_TYPE', 'got null'],
    ['bytes without a dtype', new ArrayBuffer(4), {}, 'ERR_MISSING_ARGUMENT', 'give { dtype }'],
    ['a conversion', new Float64Array(1), { dtype: 'float32' }, 'ERR_INVALID_ARG_VALUE', 'convert'],
    ['quantized bytes', new Uint8Array(1), { dtype: 'quint8' }, 'ERR_INVALID_ARG_VALUE', 'quantiz'],
    ['an unknown dtype', new Uint8Array(1), { dtype: 'u8' }, 'ERR_INVALID_ARG_VALUE', "'u8'"],
    ['a wrong shape', new Float32Array(3), { shape: [2, 2] }, 'ERR_BYTE_LENGTH', 'takes 16 bytes'],
    ['bytes left over', new Uint8Array(5), { dtype: 'int32' }, 'ERR_BYTE_LENGTH', 'got 5'],
    ['an offset beyond the end', new Uint8Array(2), { offset: 3 }, 'ERR_OUT_OF_RANGE', '0 to 2'],
    ['a fraction of a byte', new Uint8Array(2), { offset: 0.5 }, 'ERR_OUT_OF_RANGE', 'got 0.5'],
    ['an offset in words', new Uint8Array(2), { offset: '1' }, 'ERR_INVALID_ARG_TYPE', 'offset'],
    ['an unknown option', new Uint8Array(2), { size: [2] }, 'ERR_UNKNOWN_ARGUMENT', "'size'"],
    ['booleans of 2', Uint8Array.of(1, 2), { dtype: 'bool' }, 'ERR_OUT_OF_RANGE', 'got 2 at [1]'],
  ])('refuses %s', (_name, source, options, code, message) => {
    const error = caught(() => fromBuffer(source as Uint8Array, options as object));
    expect(error.code).toBe(code);
    expect(error.message).toContain('fromBuffer: ');
    expect(error.message).toContain(message);
  });

  it('refuses a buffer that was transferred away', () => {
    const source = new Float32Array(2);
    const { buffer } = source;
    structuredClone(source, { transfer: [buffer] });
    for (const gone of [source, buffer, new Float32Array(0)].slice(0, 2)) {
      const error = caught(() => fromBuffer(gone as Float32Array, { dtype: 'float32' }));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_DETACHED_BUFFER' });
    }
  });

  it('tells only fromBuffer’s own tensors to share memory', () => {
    expect(zeros([1]).sharesMemory).toBe(false);
  });
});
