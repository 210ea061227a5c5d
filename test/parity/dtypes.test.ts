/** The dtype table of the design, both ways, against what PyTorch holds for the same elements. */
import { describe, expect, it } from 'vitest';
import type { DType, TypedArray } from '../../src/index.js';
import * as torch from '../../src/index.js';
import { fixture, tensorGoldens } from '../fixtures/fixtures.js';
import { quantized } from '../fixtures/quantized.js';
import {
  bytesOf,
  type Encoded,
  type EncodedTensor,
  expectTensor,
  toElements,
  toTensor,
} from '../fixtures/values.js';

interface Golden {
  readonly dtype: DType;
  readonly tensor: EncodedTensor;
  /** Absent for quantized dtypes. */
  readonly list?: Encoded;
  /** What was quantized. */
  readonly of?: EncodedTensor;
  readonly printed: string;
}

const halves = 'Float16Array' in globalThis ? 'Float16Array' : 'Uint16Array';
/** The typed array of each dtype, and others that are taken for it. */
const arrays: Readonly<Record<string, readonly [gives: string, ...takes: string[]]>> = {
  float32: ['Float32Array'],
  float64: ['Float64Array'],
  float16: [halves, 'Uint16Array'],
  bfloat16: ['Uint16Array'],
  int8: ['Int8Array'],
  int16: ['Int16Array'],
  int32: ['Int32Array'],
  int64: ['BigInt64Array'],
  uint8: ['Uint8Array', 'Uint8ClampedArray', 'Buffer'],
  uint16: ['Uint16Array'],
  uint32: ['Uint32Array'],
  uint64: ['BigUint64Array'],
  bool: ['Uint8Array', 'Buffer'],
  complex64: ['Float32Array'],
  complex128: ['Float64Array'],
};

function arrayOf(name: string, { buffer }: { buffer: ArrayBuffer }): TypedArray {
  if (name === 'Buffer') return Buffer.from(buffer);
  const classes = globalThis as unknown as Record<string, new (b: ArrayBuffer) => TypedArray>;
  return new classes[name]!(buffer);
}

const goldens = tensorGoldens<{ dtypes: readonly Golden[] }>().dtypes;
const plain = goldens.filter(({ list }) => list !== undefined);
const titled = (rows: readonly Golden[]) => rows.map((row) => [row.dtype, row] as const);

it('has a golden value for every dtype there is', () => {
  expect(goldens.map(({ dtype }) => dtype).sort()).toEqual([...torch.dtypes].sort());
  expect(plain.map(({ dtype }) => dtype).sort()).toEqual(Object.keys(arrays).sort());
});

describe.each(titled(plain))('%s', (dtype, golden) => {
  const list = toElements(golden.list!, dtype) as number[];
  const [gives, ...takes] = arrays[dtype]!;
  const { shape } = golden.tensor;

  it('is made from every typed array of the table, bit for bit', () => {
    for (const name of [gives, ...takes]) {
      const array = arrayOf(name, bytesOf(golden.tensor));
      expectTensor(torch.fromBuffer(array, { dtype, shape }), golden.tensor, undefined, name);
      const target = torch.zeros(shape, { dtype });
      expectTensor(target.copyFrom(array as never), golden.tensor, undefined, name);
    }
  });

  it('is made from the elements as JavaScript has them, bit for bit', () => {
    const whole = torch.tensor(list, { dtype });
    const parts = torch.stack(list.map((x) => torch.tensor(x, { dtype })));
    for (const t of [whole, parts]) {
      // LibTorch's own conversion to bfloat16 knows several NaNs, by the length of the data.
      if (dtype === 'bfloat16') expect(t.toArray()).toEqual(list);
      else expectTensor(t, golden.tensor);
    }
  });

  it('is the dtype of its own typed array and of elements that have no other', () => {
    const array = arrayOf(gives, bytesOf(golden.tensor));
    const own: Record<string, string> = { bfloat16: 'uint16', bool: 'uint8' };
    const of = { complex64: 'float32', complex128: 'float64' }[dtype as string] ?? own[dtype];
    const expected = gives === 'Uint16Array' ? 'uint16' : (of ?? dtype);
    expect(torch.tensor(array).dtype).toBe(expected);
    expect(torch.fromBuffer(array).dtype).toBe(expected);
    const inferred: Record<string, DType> = {
      number: 'float32',
      bigint: 'int64',
      boolean: 'bool',
      object: 'complex64',
    };
    if (dtype !== 'uint64') expect(torch.tensor(list).dtype).toBe(inferred[typeof list[0]]);
  });

  it('reads as its typed array, its own memory and a copy', () => {
    const t = toTensor(golden.tensor);
    for (const array of [t.data, t.toTypedArray()]) {
      expect(Object.prototype.toString.call(array)).toBe(`[object ${gives}]`);
      const { buffer, byteOffset, byteLength } = array;
      const bytes = Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
      expect(bytes.toString('base64')).toBe(golden.tensor.data);
    }
  });

  it('reads as the elements that Python gives', async () => {
    const t = toTensor(golden.tensor);
    expect(t.toArray({ bigint: true })).toEqual(list);
    expect(await t.toArrayAsync({ bigint: true })).toEqual(list);
    list.forEach((element) => {
      expect(torch.tensor(element, { dtype }).item({ bigint: true })).toEqual(element);
    });
  });

  it('crosses a module and comes back the same', () => {
    using echo = torch.loadModuleSync(fixture('echo'));
    expectTensor(echo.forwardSync(toTensor(golden.tensor)), golden.tensor);
  });

  it('prints as in Python', () => {
    expect(toTensor(golden.tensor).toString()).toBe(golden.printed);
  });
});

describe.each(titled(goldens.filter(({ of }) => of !== undefined)))('%s', (dtype, golden) => {
  const values = toTensor(golden.of!).toArray() as number[];
  const t = quantized(values, 0.1, 10, dtype);

  it('has the integers and the numbers that PyTorch has', () => {
    expect([t.dtype, t.shape]).toEqual([dtype, golden.tensor.shape]);
    expectTensor(t.intRepr(), golden.tensor.intRepr!);
    expectTensor(t.dequantize(), golden.tensor.dequantized!);
    expect(() => t.data).toThrow(/dequantize\(\) or intRepr\(\)/);
  });

  it('prints as in Python', () => {
    expect(t.toString()).toBe(golden.printed);
  });
});
