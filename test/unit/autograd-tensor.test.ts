import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import * as torch from '../../src/index.js';
import { autograd, noGrad, ones, type Tensor, tensor, tidy, zeros } from '../../src/index.js';

torch.setWarningHandler(() => {});
afterAll(() => torch.setWarningHandler(null));

const coded = (code: string) => expect.objectContaining({ code });
const leaf = (values: number[] = [1, 2, 3]) => tensor(values, { requiresGrad: true });

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

describe('backward', () => {
  it('adds derivatives to the leaves', () => {
    const x = leaf();
    x.mul(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
    x.sum().backward();
    expect(x.grad?.toArray()).toEqual([3, 5, 7]);
    expectTypeOf(x.grad).toEqualTypeOf<Tensor<'float32'> | null>();
  });

  it('takes a gradient for what is no scalar', () => {
    const x = leaf();
    const y = x.mul(2);
    expect(() => y.backward()).toThrow(coded('ERR_NOT_SCALAR'));
    y.backward(tensor([1, 0, 10]));
    expect(x.grad?.toArray()).toEqual([2, 0, 20]);
    expect(() => x.mul(2).backward(ones([2]))).toThrow(coded('ERR_SHAPE_MISMATCH'));
    expect(() => x.mul(2).backward([1, 2, 3] as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });

  it('needs retainGraph for a second pass', () => {
    const x = leaf();
    const y = x.mul(x).sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad?.toArray()).toEqual([4, 8, 12]);
    expect(() => y.backward()).toThrow(coded('ERR_GRAPH_FREED'));
  });

  it('with createGraph gives gradients that have derivatives', () => {
    const x = leaf([2]);
    x.pow(3).sum().backward(null, { createGraph: true });
    expect(x.grad?.gradFn).not.toBeNull();
    const first = x.grad!;
    x.grad = null;
    first.sum().backward();
    expect(x.grad!.toArray()).toEqual([12]);
    x.grad = null;
  });

  it('adds to chosen inputs only', () => {
    const [a, b] = [leaf(), leaf()];
    a.mul(b)
      .sum()
      .backward(null, { inputs: [a] });
    expect(a.grad?.toArray()).toEqual([1, 2, 3]);
    expect(b.grad).toBeNull();
  });

  it('says what is wrong where nothing was recorded', () => {
    expect(() => ones([]).backward()).toThrow(coded('ERR_NO_GRAD'));
    const x = leaf();
    expect(() => noGrad(() => x.sum()).backward()).toThrow(coded('ERR_NO_GRAD'));
    expect(() => x.detach().sum().backward()).toThrow(/does not require grad/);
  });

  it('rejects unknown options and wrong ones', () => {
    const y = leaf().sum();
    expect(() => y.backward(null, { retain: true } as never)).toThrow(
      coded('ERR_UNKNOWN_ARGUMENT'),
    );
    expect(() => y.backward(null, { createGraph: 1 } as never)).toThrow(
      coded('ERR_INVALID_ARG_TYPE'),
    );
    expect(() => y.backward(null, { inputs: [5] } as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
  });
});

describe('what may not be changed in place', () => {
  it('is a leaf that requires grad, outside of noGrad', () => {
    const x = leaf();
    expect(() => x.add_(1)).toThrow(coded('ERR_LEAF_IN_PLACE'));
    expect(() => x.view(3).mul_(2)).toThrow(coded('ERR_LEAF_IN_PLACE'));
    noGrad(() => x.add_(1));
    expect(x.toArray()).toEqual([2, 3, 4]);
  });

  it('is what the backward pass needs, also through copyFrom', () => {
    for (const change of [
      (t: Tensor) => t.add_(1),
      (t: Tensor) => (t as Tensor<'float32'>).copyFrom(Float32Array.of(9, 9, 9)),
    ]) {
      const middle = leaf().mul(2);
      const y = middle.mul(middle).sum();
      change(middle.detach());
      expect(() => y.backward()).toThrow(coded('ERR_MODIFIED_IN_PLACE'));
    }
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

describe('autograd.grad', () => {
  it('gives derivatives and leaves grad alone', () => {
    const [a, b] = [leaf(), leaf()];
    const [da, db] = autograd.grad(a.mul(b).sum(), [a, b]);
    expect(da?.toArray()).toEqual([1, 2, 3]);
    expect(db?.toArray()).toEqual([1, 2, 3]);
    expect(a.grad).toBeNull();
    expectTypeOf(autograd.grad(a.sum(), a)).toEqualTypeOf<[Tensor]>();
  });

  it('gives null for unused inputs where allowed', () => {
    const [a, b] = [leaf(), leaf()];
    expect(() => autograd.grad(a.sum(), [a, b])).toThrow(coded('ERR_NO_GRAD'));
    const [da, db] = autograd.grad(a.sum(), [a, b], { allowUnused: true });
    expect([da?.toArray(), db]).toEqual([[1, 1, 1], null]);
  });

  it('needs an output and an input', () => {
    expect(() => autograd.grad([], [])).toThrow(coded('ERR_VALUE'));
    expect(() => autograd.grad(leaf().sum(), [])).toThrow(coded('ERR_VALUE'));
  });

  it('takes gradOutputs for several outputs, and gives higher derivatives', () => {
    const a = leaf();
    const outputs = [a.mul(2), a.mul(a).sum()];
    const [da] = autograd.grad(outputs, a, { gradOutputs: [ones([3]), null] });
    expect(da.toArray()).toEqual([4, 6, 8]);
    const [first] = autograd.grad(a.pow(4).sum(), a, { createGraph: true });
    const [second] = autograd.grad(first.sum(), a);
    expect(second.toArray()).toEqual([12, 48, 108]);
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
