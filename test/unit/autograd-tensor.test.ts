import { describe, expect, expectTypeOf, it } from 'vitest';
import * as torch from '../../src/index.js';
import { autograd, ones, type Tensor, tensor, tidy, zeros } from '../../src/index.js';
import { coded } from './coded.js';
import { leaf } from './leaf.js';

describe('requiresGrad', () => {
  it.each([
    ['tensor', () => tensor([1, 2], { requiresGrad: true })],
    ['tensor of a typed array', () => tensor(Float64Array.of(1), { requiresGrad: true })],
    ['tensor with a dtype', () => tensor([1], { dtype: 'float64', requiresGrad: true })],
    ['zeros', () => zeros([2], { requiresGrad: true })],
    ['full', () => torch.full([2], 3, { requiresGrad: true })],
    ['eye', () => torch.eye(2, { requiresGrad: true })],
    ['arange', () => torch.arange(3, { requiresGrad: true })],
    ['linspace', () => torch.linspace(0, 1, 3, { requiresGrad: true })],
    ['randint', () => torch.randint(3, [2], { dtype: 'float32', requiresGrad: true })],
  ] as const)('is an option of %s', (_name, make) => {
    const made: Tensor = make();
    expect([made.requiresGrad, made.isLeaf, made.grad, made.gradFn]).toEqual([
      true,
      true,
      null,
      null,
    ]);
  });

  it('is refused for dtypes without derivatives, and for other things than booleans', () => {
    expect(() => tensor([1n], { requiresGrad: true })).toThrow(coded('ERR_TYPE'));
    expect(() => zeros([1], { dtype: 'bool', requiresGrad: true })).toThrow(TypeError);
    expect(() => zeros([1], { requiresGrad: 1 as never })).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(() => zeros([1]).requiresGrad_('no' as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });

  it('can be switched on leaves', () => {
    const x = ones([2]);
    expect(x.requiresGrad_()).toBe(x);
    expect(x.requiresGrad).toBe(true);
    expect(x.requiresGrad_(false).requiresGrad).toBe(false);
    expect(() => leaf().mul(2).requiresGrad_(false)).toThrow(coded('ERR_NOT_LEAF'));
    expectTypeOf(x.requiresGrad_()).toEqualTypeOf<Tensor<'float32'>>();
  });
});

describe('grad', () => {
  it('may be set to what fits, and to null', () => {
    const x = leaf();
    x.grad = ones([3]);
    x.sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 2, 2]);
    x.grad = null;
    expect(x.grad).toBeNull();
    const set = (value: unknown) => () => {
      x.grad = value as Tensor;
    };
    expect(set(ones([2]))).toThrow(coded('ERR_SHAPE_MISMATCH'));
    expect(set(ones([3], { dtype: 'float64' }))).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(set(x)).toThrow(coded('ERR_INVALID_ARG_VALUE'));
    expect(set(5)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });

  it('outlives tidy with its leaf', () => {
    const x = leaf();
    tidy(() => {
      x.mul(2).sum().backward();
      expect(x.grad?.toArray()).toEqual([2, 2, 2]);
    });
    expect(x.grad?.toArray()).toEqual([2, 2, 2]);
  });

  it('is kept for others where retainGrad asks for it', () => {
    const x = leaf();
    const middle = x.mul(2);
    middle.retainGrad();
    middle.sum().backward();
    expect(middle.grad?.toArray()).toEqual([1, 1, 1]);
    expect(() => ones([1]).retainGrad()).toThrow(coded('ERR_NO_GRAD'));
  });
});

describe('reading what was recorded', () => {
  it('needs no detach', async () => {
    const y = leaf().mul(2);
    expect(y.toArray()).toEqual([2, 4, 6]);
    expect([...y.data]).toEqual([2, 4, 6]);
    expect([...y.toTypedArray()]).toEqual([2, 4, 6]);
    expect(await y.toArrayAsync()).toEqual([2, 4, 6]);
    expect(y.sum().item()).toBe(12);
    expect(y.transpose(0, 0).mul(1).unsqueeze(0).toArray()).toEqual([[2, 4, 6]]);
  });

  it('prints as PyTorch does', () => {
    expect(String(leaf())).toBe('tensor([1., 2., 3.], requires_grad=True)');
    expect(String(leaf().mul(2))).toBe('tensor([2., 4., 6.], grad_fn=<MulBackward0>)');
    expect(String(leaf().detach())).toBe('tensor([1., 2., 3.])');
  });
});

describe('disposed tensors', () => {
  it('are refused, and a graph does without them', () => {
    const x = leaf();
    const middle = x.mul(x);
    const y = middle.sum();
    middle.dispose();
    y.backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
    for (const use of [
      () => middle.grad,
      () => middle.isLeaf,
      () => middle.backward(),
      () => middle.requiresGrad_(),
      () => autograd.grad(y, middle),
    ]) {
      expect(use).toThrow(coded('ERR_DISPOSED'));
    }
  });

  it('foreign objects are no tensors', () => {
    const { get } = Object.getOwnPropertyDescriptor(
      Object.getPrototypeOf(Object.getPrototypeOf(x16())),
      'grad',
    )!;
    for (const wrong of [{}, null, new Map()]) {
      expect(() => get!.call(wrong)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
  });
});

function x16(): Tensor {
  return ones([16]);
}
