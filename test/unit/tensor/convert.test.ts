import { describe, expect, expectTypeOf, it } from 'vitest';
import { arange, type Tensor, tensor, zeros } from '../../../src/index.js';
import { caught, rejected } from '../caught.js';

describe('to', () => {
  const t = tensor([1.5, -2]);

  it('converts dtypes', () => {
    expect(t.to('int32').toArray()).toEqual([1, -2]);
    expect(t.to({ dtype: 'float64' }).dtype).toBe('float64');
    expectTypeOf(t.to('int32')).toEqualTypeOf<Tensor<'int32'>>();
    expectTypeOf(t.to({ dtype: 'int8' })).toEqualTypeOf<Tensor<'int8'>>();
    expectTypeOf(t.to('cpu')).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(t.to({ device: 'cpu' })).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('gives itself where nothing changes, unless a copy is asked for', () => {
    expect(t.to('cpu')).toBe(t);
    expect(t.to('float32')).toBe(t);
    expect(t.cpu()).toBe(t);
    const copy = t.to({ copy: true });
    copy.copyFrom(Float32Array.of(0, 0));
    expect(t.toArray()).toEqual([1.5, -2]);
  });

  it('changes the memory format', () => {
    const image = zeros([1, 2, 2, 2]).to({ memoryFormat: 'channels_last' });
    expect(image.isContiguousIn('channels_last')).toBe(true);
    expect(t.to({ nonBlocking: true })).toBe(t);
  });

  it.each([
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [7, 'ERR_INVALID_ARG_TYPE'],
    ['', 'ERR_INVALID_ARG_TYPE'],
    ['float', 'ERR_INVALID_ARG_VALUE'],
    [{ dtype: 'float' }, 'ERR_INVALID_ARG_VALUE'],
    [{ device: 3 }, 'ERR_INVALID_ARG_TYPE'],
    [{ memoryFormat: 'nhwc' }, 'ERR_INVALID_ARG_VALUE'],
    [{ blocking: true }, 'ERR_UNKNOWN_ARGUMENT'],
  ])('refuses %o', (target, code) => {
    expect(caught(() => t.to(target as 'cpu'))).toMatchObject({ name: 'TypeError', code });
  });

  it('says that a device is not there', () => {
    for (const move of [() => t.to('cuda:99'), () => t.cuda(99), () => t.cuda('cuda:99')]) {
      expect(caught(move)).toMatchObject({ name: 'TorchError', code: 'ERR_DEVICE_UNAVAILABLE' });
    }
  });

  it('refuses impossible CUDA devices', () => {
    expect(caught(() => t.cuda(-1))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    expect(caught(() => t.cuda({} as never))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});

describe('toAsync', () => {
  it('converts off the event loop', async () => {
    const t = arange(3);
    const converted = await t.toAsync('int64');
    expect(converted.toArray()).toEqual([0, 1, 2]);
    expect((await t.toAsync({ dtype: 'float16', device: 'cpu' })).dtype).toBe('float16');
    expect((await t.toAsync('cpu')).equal(t)).toBe(true);
    expectTypeOf(t.toAsync('int64')).toEqualTypeOf<Promise<Tensor<'int64'>>>();
    expectTypeOf(t.toAsync('cpu')).toEqualTypeOf<Promise<Tensor<'float32'>>>();
  });

  it('finishes although the tensor is disposed meanwhile', async () => {
    const t = arange(3);
    const pending = t.toAsync('float64');
    t.dispose();
    expect((await pending).toArray()).toEqual([0, 1, 2]);
  });

  it('rejects with coded errors and the stack of the caller', async () => {
    const t = tensor([1]);
    expect((await rejected(t.toAsync(1 as never))).code).toBe('ERR_INVALID_ARG_TYPE');
    expect((await rejected(t.toAsync({ copy: true } as object))).code).toBe('ERR_UNKNOWN_ARGUMENT');
    const foreign = await rejected(
      (async function whoAsks() {
        return await t.toAsync('nowhere');
      })(),
    );
    expect(foreign.name).toBe('TypeError');
    t.dispose();
    expect((await rejected(t.toAsync('cpu'))).code).toBe('ERR_DISPOSED');
  });
});
