import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  arange,
  type DType,
  fromBuffer,
  keep,
  Tensor,
  tensor,
  tidy,
  tidyAsync,
  zeros,
} from '../../../src/index.js';
import { caught } from '../caught.js';

describe('Tensor', () => {
  it('is not made with new', () => {
    const Made = Tensor as unknown as new (proof?: object) => Tensor;
    for (const proof of [undefined, {}, Object.freeze({})]) {
      const error = caught(() => new Made(proof));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_ILLEGAL_CONSTRUCTOR' });
    }
  });

  it('tells its sizes, strides and place', () => {
    const t = arange(24).reshape(2, 3, 4);
    expect(t.shape).toEqual([2, 3, 4]);
    expect(t.stride).toEqual([12, 4, 1]);
    expect(t.numel).toBe(24);
    expect(t.ndim).toBe(3);
    expect(t.dim()).toBe(3);
    expect(t.device).toBe('cpu');
    expect(t.storageOffset).toBe(0);
    expect(t.isPinned).toBe(false);
    expect(t.requiresGrad).toBe(false);
    expect(t.isContiguous).toBe(true);
    expect(t.transpose(0, 1).isContiguous).toBe(false);
    expect(tensor(1).shape).toEqual([]);
  });

  it('tells whether it lies in a memory format', () => {
    const t = zeros([1, 2, 3, 3]).contiguous({ memoryFormat: 'channels_last' });
    expect(t.isContiguousIn('channels_last')).toBe(true);
    expect(t.isContiguous).toBe(false);
    expect(t.stride).toEqual([18, 1, 6, 2]);
    expect(caught(() => t.isContiguousIn('nhwc' as 'channels_last')).code).toBe(
      'ERR_INVALID_ARG_VALUE',
    );
  });

  it('narrows its type by the dtype', () => {
    const t: Tensor = tensor([1]);
    expect(t.hasDtype('int64')).toBe(false);
    expect(t.hasDtype('float32')).toBe(true);
    if (t.hasDtype('float32')) expectTypeOf(t.data).toEqualTypeOf<Float32Array>();
    expectTypeOf<Tensor<'int8'>>().toExtend<Tensor>();
    expectTypeOf<Tensor<'int8'>>().not.toExtend<Tensor<'int16'>>();
    expectTypeOf(t.dtype).toEqualTypeOf<DType>();
  });

  it('refuses a foreign this, without harm', () => {
    const methods = ['reshape', 'item', 'toArray', 'dispose', 'clone', 'squeeze'] as const;
    const call = (foreign: unknown, method: (typeof methods)[number]) =>
      caught(() => (Tensor.prototype[method] as () => unknown).call(foreign));
    for (const method of methods) {
      for (const foreign of [{}, null, 7]) expect(call(foreign, method).name).toBe('TypeError');
    }
    // What has the prototype and no memory passes for disposed.
    const hollow: Tensor = Object.create(Tensor.prototype);
    for (const method of methods.filter((name) => name !== 'dispose')) {
      expect(call(hollow, method).code).toBe('ERR_DISPOSED');
    }
    expect(hollow.isDisposed).toBe(true);
    hollow.dispose();
    const { get } = Object.getOwnPropertyDescriptor(Tensor.prototype, 'data')!;
    expect(caught(() => get!.call({})).name).toBe('TypeError');
  });
});

describe('views', () => {
  const t = arange(6).reshape(2, 3);

  it('change the shape', () => {
    expect(t.reshape(3, 2).shape).toEqual([3, 2]);
    expect(t.reshape([3, -1]).shape).toEqual([3, 2]);
    expect(t.view(6).shape).toEqual([6]);
    expect(t.view([1, 6]).shape).toEqual([1, 6]);
    expect(tensor([5]).reshape([]).shape).toEqual([]);
    expect(t.permute(1, 0).shape).toEqual([3, 2]);
    expect(t.permute([1, 0]).toArray()).toEqual(t.transpose(0, 1).toArray());
    expect(t.transpose(-1, 0).shape).toEqual([3, 2]);
    expect(t.unsqueeze(0).shape).toEqual([1, 2, 3]);
    expect(t.unsqueeze(-1).squeeze(-1).shape).toEqual([2, 3]);
    expect(zeros([1, 2, 1]).squeeze().shape).toEqual([2]);
    expect(zeros([1, 2, 1]).squeeze(0).shape).toEqual([2, 1]);
    expect(zeros([1, 2, 1]).squeeze([0, 2]).shape).toEqual([2]);
    expectTypeOf(t.reshape(6)).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('look into the same memory', () => {
    const base = zeros([4]);
    base.view(2, 2).copyFrom(Float32Array.of(1, 2, 3, 4));
    expect(base.toArray()).toEqual([1, 2, 3, 4]);
  });

  it('throw LibTorch’s errors', () => {
    const error = caught(() => t.reshape(4));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_TORCH' });
    expect(error.message).toContain("shape '[4]' is invalid for input of size 6");
    expect(error.message).not.toContain('Exception raised from');
    expect(caught(() => t.transpose(0, 5))).toMatchObject({ code: 'ERR_INDEX' });
    expect(caught(() => t.unsqueeze(0.5)).name).toBe('TypeError');
    expect(caught(() => t.permute('0' as never)).name).toBe('TypeError');
    expect(t.toArray()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });
});

describe('clone and contiguous', () => {
  it('copy into their own memory', () => {
    const t = arange(4).reshape(2, 2);
    const copy = t.clone();
    copy.copyFrom(new Float32Array(4));
    expect(t.toArray()).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(t.transpose(0, 1).contiguous().data).toEqual(Float32Array.of(0, 2, 1, 3));
    expect(t.contiguous()).toBe(t);
    const image = zeros([1, 2, 2, 2]).clone({ memoryFormat: 'channels_last' });
    expect(image.isContiguousIn('channels_last')).toBe(true);
  });

  it('refuse unknown options', () => {
    const wrong = { format: 'channels_last' } as object;
    expect(caught(() => zeros([1]).clone(wrong)).code).toBe('ERR_UNKNOWN_ARGUMENT');
  });
});

describe('equal and allclose', () => {
  it('compare shape and elements', () => {
    const t = tensor([1, 2]);
    expect(t.equal(tensor([1, 2]))).toBe(true);
    expect(t.equal(tensor([1, 3]))).toBe(false);
    expect(t.equal(tensor([[1, 2]]))).toBe(false);
    expect(t.allclose(tensor([1, 2.000001]))).toBe(true);
    expect(t.allclose(tensor([1, 2.1]))).toBe(false);
    expect(t.allclose(tensor([1, 2.1]), { atol: 0.2 })).toBe(true);
    const nan = tensor([Number.NaN]);
    expect(nan.allclose(nan)).toBe(false);
    expect(nan.allclose(nan, { equalNan: true })).toBe(true);
    expectTypeOf(t.equal(t)).toEqualTypeOf<boolean>();
    expect(caught(() => t.allclose(t, { tol: 1 } as object)).code).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(caught(() => t.equal([1, 2] as never)).name).toBe('TypeError');
  });
});

describe('dispose', () => {
  it('makes every other member throw, and may be repeated', () => {
    const t = tensor([1]);
    expect(t.isDisposed).toBe(false);
    t.dispose();
    t.dispose();
    expect(t.isDisposed).toBe(true);
    for (const use of [
      () => t.shape,
      () => t.data,
      () => t.item(),
      () => t.reshape(1),
      () => t.share(),
    ]) {
      expect(caught(use)).toMatchObject({ name: 'DisposedError', code: 'ERR_DISPOSED' });
    }
  });

  it('leaves views of the same memory alone', () => {
    const t = tensor([1, 2]);
    const view = t.reshape(2, 1);
    t.dispose();
    expect(view.toArray()).toEqual([[1], [2]]);
  });

  it('comes with using', () => {
    let outside: Tensor;
    {
      using t = tensor([1]);
      outside = t;
    }
    expect(outside.isDisposed).toBe(true);
  });
});

describe('tensors in scopes', () => {
  it('end with the tidy they were made in', () => {
    let inner: Tensor | undefined;
    const kept = tidy(() => {
      inner = zeros([2]);
      return [inner.reshape(2, 1), keep(inner.clone())] as const;
    });
    expect(inner?.isDisposed).toBe(true);
    expect(kept.map((t) => t.isDisposed)).toEqual([false, false]);
  });

  it('end with a tidyAsync that tracks them', async () => {
    const [x, y] = [zeros([1]), zeros([1])];
    const result = await tidyAsync(async (scope) => {
      scope.track([x, y]);
      await x.toArrayAsync();
      return y;
    });
    expect(x.isDisposed).toBe(true);
    expect(result.isDisposed).toBe(false);
  });

  it('count those that fromBuffer makes', () => {
    let inner: Tensor | undefined;
    tidy(() => {
      inner = fromBuffer(new Float32Array(1));
    });
    expect(inner?.isDisposed).toBe(true);
  });
});
