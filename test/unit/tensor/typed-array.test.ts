import { runInNewContext } from 'node:vm';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type DType, dtypeInfo, dtypes } from '../../../src/tensor/dtype.js';
import {
  arrayName,
  arrayNameFor,
  type Complex,
  type DTypeOf,
  dtypeOfArray,
  type ElementOf,
  isTypedArray,
  type TypedArray,
  type TypedArrayFor,
  viewAs,
} from '../../../src/tensor/typed-array.js';
import { caught } from '../caught.js';

const hasFloat16 = 'Float16Array' in globalThis;

describe('isTypedArray', () => {
  it('is true for typed arrays and Buffers, of other realms too', () => {
    expect(isTypedArray(new Float32Array(1))).toBe(true);
    expect(isTypedArray(new Uint8ClampedArray(1))).toBe(true);
    expect(isTypedArray(Buffer.alloc(1))).toBe(true);
    expect(isTypedArray(runInNewContext('new BigInt64Array(1)'))).toBe(true);
  });

  it('is false for everything else, also for what claims to be one', () => {
    const values = [new DataView(new ArrayBuffer(1)), new ArrayBuffer(1), [1], null, undefined, 1];
    for (const value of [...values, { [Symbol.toStringTag]: 'Float32Array' }]) {
      expect(isTypedArray(value)).toBe(false);
    }
  });
});

describe('dtypeOfArray', () => {
  it.each([
    [new Float32Array(1), 'float32'],
    [new Float64Array(1), 'float64'],
    [new Int8Array(1), 'int8'],
    [new Int16Array(1), 'int16'],
    [new Int32Array(1), 'int32'],
    [new BigInt64Array(1), 'int64'],
    [new Uint8Array(1), 'uint8'],
    [new Uint8ClampedArray(1), 'uint8'],
    [Buffer.alloc(1), 'uint8'],
    [new Uint16Array(1), 'uint16'],
    [new Uint32Array(1), 'uint32'],
    [new BigUint64Array(1), 'uint64'],
  ] as [TypedArray, DType][])('reads %o as %s', (array, dtype) => {
    expect(dtypeOfArray(array)).toBe(dtype);
  });

  it('is known to the compiler too', () => {
    expectTypeOf<DTypeOf<Float32Array>>().toEqualTypeOf<'float32'>();
    expectTypeOf<DTypeOf<BigUint64Array>>().toEqualTypeOf<'uint64'>();
    expectTypeOf<DTypeOf<Buffer>>().toEqualTypeOf<'uint8'>();
    expectTypeOf<DTypeOf<Uint8ClampedArray>>().toEqualTypeOf<'uint8'>();
  });
});

describe('viewAs', () => {
  it('gives each dtype its typed array', () => {
    for (const dtype of dtypes) {
      const { itemsize, lanes, array } = dtypeInfo(dtype);
      if (array === null) continue;
      const view = viewAs(dtype, new ArrayBuffer(16 + 2 * itemsize), 16, 2) as TypedArray;
      expect(view.byteOffset).toBe(16);
      expect(view.length).toBe(2 * lanes);
      expect(view.byteLength).toBe(2 * itemsize);
      expect(arrayName(view)).toBe(arrayNameFor(dtype));
    }
  });

  it('uses Float16Array where the runtime has it, else the bits', () => {
    expect(arrayNameFor('float16')).toBe(hasFloat16 ? 'Float16Array' : 'Uint16Array');
    expect(arrayNameFor('bfloat16')).toBe('Uint16Array');
  });

  it('says how to read quantized elements', () => {
    const error = caught(() => viewAs('quint8', new ArrayBuffer(1), 0, 1));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_NO_VIEW' });
    expect(error.message).toContain('t.dequantize() or t.intRepr()');
  });

  it('is typed by the dtype', () => {
    expectTypeOf(viewAs('int64', new ArrayBuffer(8), 0, 1)).toEqualTypeOf<BigInt64Array>();
    expectTypeOf<TypedArrayFor<'bool'>>().toEqualTypeOf<Uint8Array>();
    expectTypeOf<TypedArrayFor<'complex64'>>().toEqualTypeOf<Float32Array>();
    expectTypeOf<TypedArrayFor<'float32' | 'int8'>>().toEqualTypeOf<Float32Array | Int8Array>();
    expectTypeOf<TypedArrayFor<'qint8'>>().toEqualTypeOf<never>();
    expectTypeOf<ElementOf<'int64'>>().toEqualTypeOf<number>();
    expectTypeOf<ElementOf<'bool'>>().toEqualTypeOf<boolean>();
    expectTypeOf<ElementOf<'complex128'>>().toEqualTypeOf<Complex>();
  });
});
