import { describe, expect, it } from 'vitest';
import { flatten } from '../../../src/tensor/nested-data.js';
import { viewAs } from '../../../src/tensor/typed-array.js';
import { caught } from '../caught.js';

function values(data: unknown, dtype?: Parameters<typeof flatten>[1]): unknown {
  const flat = flatten(data, dtype);
  const count = flat.shape.reduce((product, size) => product * size, 1);
  return { dtype: flat.dtype, shape: flat.shape, data: viewAs(flat.dtype, flat.buffer, 0, count) };
}

describe('flatten', () => {
  it.each([
    [
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    ],
    [5, { dtype: 'float32', shape: [], data: Float32Array.of(5) }],
    [1n, { dtype: 'int64', shape: [], data: BigInt64Array.of(1n) }],
    [[true, false], { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) }],
    [[{ re: 1, im: -2 }], { dtype: 'complex64', shape: [1], data: Float32Array.of(1, -2) }],
    [[], { dtype: 'float32', shape: [0], data: new Float32Array(0) }],
    [[[], []], { dtype: 'float32', shape: [2, 0], data: new Float32Array(0) }],
    [Int32Array.of(1, 2), { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) }],
    [
      [Uint8Array.of(1, 2), Uint8Array.of(3, 4)],
      { dtype: 'uint8', shape: [2, 2], data: Uint8Array.of(1, 2, 3, 4) },
    ],
    [
      [BigInt64Array.of(1n), BigInt64Array.of(2n)],
      { dtype: 'int64', shape: [2, 1], data: BigInt64Array.of(1n, 2n) },
    ],
  ])('takes %o as it is', (data, expected) => {
    expect(values(data)).toEqual(expected);
  });

  it('follows the dtype that is asked for', () => {
    expect(values([1, 2n, true], 'int16')).toMatchObject({ data: Int16Array.of(1, 2, 1) });
    expect(values([1, 2n, false], 'float64')).toMatchObject({ data: Float64Array.of(1, 2, 0) });
    expect(values([0, 2, Number.NaN, true], 'bool')).toMatchObject({
      data: Uint8Array.of(0, 1, 1, 1),
    });
    expect(values([3, { re: 1, im: 2 }], 'complex128')).toMatchObject({
      data: Float64Array.of(3, 0, 1, 2),
    });
    expect(values([-5], 'int64')).toMatchObject({ data: BigInt64Array.of(-5n) });
  });

  it('stores half floats as float32, which LibTorch then converts', () => {
    expect(values([1.5], 'bfloat16')).toMatchObject({ dtype: 'float32', shape: [1] });
  });

  it('never takes the dtype from the size of a number', () => {
    expect(values([1, 2 ** 60])).toMatchObject({ dtype: 'float32' });
  });

  it.each([
    ['rows of unequal length', [[1, 2], [3]], 'data[1]: expected an array of 2'],
    ['a value among rows', [[1, 2], 3], 'data[1]: expected an array of 2'],
    ['a row among values', [1, [2]], 'data[1]: expected one value'],
    ['mixed kinds', [1, 2n], 'data[1]: expected a number, got 2n'],
    ['a boolean among numbers', [[1], [true]], 'data[1][0]: expected a number, got true'],
    ['a number among booleans', [true, 1], 'data[1]: expected a boolean, got 1'],
    ['a hole', Array(2), 'data[0]: expected a number, got undefined'],
    ['a string', ['1'], "data[0]: expected a number, got string '1'"],
    ['null', null, 'data: expected a number, got null'],
    ['an object', [{ re: 1 }], 'data[0]: expected a number'],
    ['a number among complex', [{ re: 1, im: 1 }, 2], 'data[1]: expected { re, im }, got 2'],
  ])('refuses %s and names the place', (_name, data, message) => {
    const error = caught(() => flatten(data, undefined));
    expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    expect(error.message).toContain(`tensor: ${message}`);
  });

  it.each([
    [[[0], [Number.NaN]], 'int32', 'ERR_INVALID_ARG_VALUE', 'data[1][0]'],
    [[0.5], 'uint8', 'ERR_INVALID_ARG_VALUE', 'data[0]'],
    [[Number.POSITIVE_INFINITY], 'int64', 'ERR_INVALID_ARG_VALUE', 'data[0]'],
    [[2 ** 53], 'int64', 'ERR_OUT_OF_RANGE', 'give a bigint'],
    [[256], 'uint8', 'ERR_OUT_OF_RANGE', 'uint8 holds 0 to 255'],
    [[-1], 'uint64', 'ERR_OUT_OF_RANGE', 'data[0]'],
    [[128], 'int8', 'ERR_OUT_OF_RANGE', 'int8 holds -128 to 127'],
    [[2n ** 63n], 'int64', 'ERR_OUT_OF_RANGE', 'data[0]'],
    [['1'], 'int32', 'ERR_INVALID_ARG_TYPE', 'expected an integer for int32'],
    [[{}], 'bool', 'ERR_INVALID_ARG_TYPE', 'expected a boolean'],
    [['x'], 'complex64', 'ERR_INVALID_ARG_TYPE', 'expected { re, im }'],
    [[1], 'qint8', 'ERR_INVALID_ARG_VALUE', 'quantizing'],
  ] as const)('refuses %o for %s', (data, dtype, code, message) => {
    const error = caught(() => flatten(data, dtype));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('takes the extremes of every integer', () => {
    expect(values([-(2n ** 63n), 2n ** 63n - 1n])).toMatchObject({
      data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
    });
    expect(values([0, 2n ** 64n - 1n], 'uint64')).toMatchObject({
      data: BigUint64Array.of(0n, 2n ** 64n - 1n),
    });
    expect(values([-(2 ** 31), 2 ** 31 - 1], 'int32')).toMatchObject({
      data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    });
  });
});
