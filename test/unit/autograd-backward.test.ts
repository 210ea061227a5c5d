import { describe, expect, expectTypeOf, it } from 'vitest';
import { autograd, noGrad, ones, setWarningHandler, type Tensor, tensor } from '../../src/index.js';
import { coded } from './coded.js';
import { leaf } from './leaf.js';

// LibTorch warns of createGraph, and that arrives after the tests.
setWarningHandler(() => {});

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
