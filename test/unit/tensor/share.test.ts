import { describe, expect, expectTypeOf, it } from 'vitest';
import { SharedTensor, Tensor, tensor } from '../../../src/index.js';
import { caught } from '../caught.js';

describe('share and fromShared', () => {
  it('give the same memory, also through a structured clone', () => {
    const t = tensor([1, 2]);
    using handle = t.share();
    expect(handle).toBeInstanceOf(SharedTensor);
    expectTypeOf(handle).toEqualTypeOf<SharedTensor<'float32'>>();
    const same = Tensor.fromShared(structuredClone(handle));
    expectTypeOf(Tensor.fromShared(handle)).toEqualTypeOf<Tensor<'float32'>>();
    t.copyFrom(Float32Array.of(3, 4));
    expect(same.toArray()).toEqual([3, 4]);
    expect(Tensor.fromShared(handle).equal(t)).toBe(true);
  });

  it('hold the memory when the tensor is disposed', () => {
    const t = tensor([5]);
    using handle = t.share();
    t.dispose();
    expect(Tensor.fromShared(handle).toArray()).toEqual([5]);
  });

  it('end with the handle, but not what was claimed', () => {
    const handle = tensor([1]).share();
    const claimed = Tensor.fromShared(handle);
    handle.dispose();
    handle.dispose();
    const error = caught(() => Tensor.fromShared(handle));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_SHARE_REVOKED' });
    expect(claimed.toArray()).toEqual([1]);
  });

  it('refuse what is no handle', () => {
    for (const wrong of [null, undefined, 'token', {}, { kind: 'tensor' }, { token: 'x' }]) {
      const error = caught(() => Tensor.fromShared(wrong as never));
      expect(error).toMatchObject({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE' });
    }
    const forged = { kind: 'tensor', token: 'forged' } as const;
    expect(caught(() => Tensor.fromShared(forged))).toMatchObject({ code: 'ERR_SHARE_REVOKED' });
  });
});
