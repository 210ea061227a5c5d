import { describe, expect, expectTypeOf, it } from 'vitest';
import { checkDType, type DType, dtypeInfo, dtypes, isDType } from '../../../src/tensor/dtype.js';
import { caught } from '../caught.js';

describe('the dtype table', () => {
  it('has every dtype with its bytes', () => {
    expect(Object.fromEntries(dtypes.map((dtype) => [dtype, dtypeInfo(dtype).itemsize]))).toEqual({
      float32: 4,
      float64: 8,
      float16: 2,
      bfloat16: 2,
      int8: 1,
      int16: 2,
      int32: 4,
      int64: 8,
      uint8: 1,
      uint16: 2,
      uint32: 4,
      uint64: 8,
      bool: 1,
      complex64: 8,
      complex128: 16,
      qint8: 1,
      quint8: 1,
      qint32: 4,
    });
    expectTypeOf(dtypes).toEqualTypeOf<readonly DType[]>();
  });
});

describe('isDType', () => {
  it('knows names of dtypes only', () => {
    expect(isDType('bfloat16')).toBe(true);
    for (const value of ['float', 'toString', '', 4, null, undefined, {}]) {
      expect(isDType(value)).toBe(false);
    }
  });
});

describe('checkDType', () => {
  it('gives the dtype back', () => {
    expect(checkDType('zeros', 'int64')).toBe('int64');
  });

  it('names the caller, the names there are and the value', () => {
    const unknown = caught(() => checkDType('zeros', 'float8'));
    expect(unknown).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    expect(unknown.message).toMatch(/^zeros: expected dtype .*float32, .*qint32, got 'float8'$/);
    expect(caught(() => checkDType('zeros', 32))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});
