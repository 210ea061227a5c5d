import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  checkDevice,
  checkMemoryFormat,
  checkOptions,
  type Device,
  type MemoryFormat,
  tensorOptions,
} from '../../../src/tensor/options.js';
import { caught } from '../caught.js';

describe('tensorOptions', () => {
  it('takes the default dtype, and what is given', () => {
    expect(tensorOptions('zeros', undefined, 'float32')).toEqual({ dtype: 'float32' });
    expect(tensorOptions('zeros', { dtype: 'int8', device: 'cpu' }, 'float32')).toEqual({
      dtype: 'int8',
      device: 'cpu',
    });
  });

  it.each([
    [{ dtype: 'float' }, 'ERR_INVALID_ARG_VALUE', "got 'float'"],
    [{ device: 0 }, 'ERR_INVALID_ARG_TYPE', 'expected device to be a string'],
    [{ device: '' }, 'ERR_INVALID_ARG_TYPE', 'expected device to be a string'],
    [{ dtyp: 'int8' }, 'ERR_UNKNOWN_ARGUMENT', "unknown option 'dtyp'; there are dtype, device"],
    ['int8', 'ERR_INVALID_ARG_TYPE', 'expected options to be an object'],
    [[2, 3], 'ERR_INVALID_ARG_TYPE', 'got array of 2'],
  ])('refuses %o', (options, code, message) => {
    const error = caught(() => tensorOptions('zeros', options as object, 'float32'));
    expect(error).toMatchObject({ name: 'TypeError', code });
    expect(error.message).toContain('zeros: ');
    expect(error.message).toContain(message);
  });
});

describe('checkMemoryFormat', () => {
  it('knows the formats of PyTorch', () => {
    expect(checkMemoryFormat('clone', 'channels_last')).toBe('channels_last');
    expectTypeOf<'channels_last_3d'>().toExtend<MemoryFormat>();
    const error = caught(() => checkMemoryFormat('clone', 'channelsLast'));
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(error.message).toContain('contiguous_format');
  });
});

describe('checkDevice and checkOptions', () => {
  it('give good values back', () => {
    expect(checkDevice('to', 'cuda:1')).toBe('cuda:1');
    expect(checkOptions('to', undefined, [])).toBeUndefined();
    expect(checkOptions('to', { a: 1 }, ['a'])).toEqual({ a: 1 });
    expectTypeOf<'cuda:1'>().toExtend<Device>();
  });
});
