import { add, atleast1d, memoryUsage, mul, ones, ops, relu, tensor, tidy } from 'libtorch-node';
import { describe, expect, it } from 'vitest';

const bytes = () => memoryUsage().cpuBytes + memoryUsage().externalBytes;

describe('operators on tensors alone', () => {
  it('give the numbers of those with more arguments', () => {
    const [a, b] = [tensor([1, -2, 3]), tensor([4, 5, -6])];
    expect(add(a, b).toArray()).toEqual([5, 3, -3]);
    expect(add(a, b, { alpha: 1 }).toArray()).toEqual([5, 3, -3]);
    expect(ops.aten.add.Tensor(a, b)).toEqual(a.add(b));
    expect(relu(a).toArray()).toEqual([1, 0, 3]);
  });

  it('promote and broadcast', () => {
    const sum = add(tensor([[1n], [2n]]), tensor([0.5, 1.5]));
    expect(sum.dtype).toBe('float32');
    expect(sum.toArray()).toEqual([
      [1.5, 2.5],
      [2.5, 3.5],
    ]);
  });

  it('record derivatives', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    const y = mul(x, x);
    expect(y.gradFn).toBe('MulBackward0');
    y.sum().backward();
    expect(x.grad?.toArray()).toEqual([2, 4, 6]);
  });

  it('refuse disposed tensors, also when their place was taken by another', () => {
    const gone = ones([2]);
    gone.dispose();
    const other = add(ones([2]), ones([2]));
    expect(() => add(gone, other)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
    expect(() => relu(gone)).toThrow(expect.objectContaining({ code: 'ERR_DISPOSED' }));
    gone.dispose();
    expect(other.toArray()).toEqual([2, 2]);
  });

  it('say what is wrong with other arguments', () => {
    const x = ones([2]);
    expect(() => (add as (...args: unknown[]) => unknown)(x, {})).toThrow(
      expect.objectContaining({ code: 'ERR_NO_OVERLOAD' }),
    );
    expect(() => (relu as (...args: unknown[]) => unknown)(7)).toThrow(
      expect.objectContaining({ code: 'ERR_NO_OVERLOAD' }),
    );
    expect(() => add(x, ones([3]))).toThrow(/must match the size/);
  });

  it('count a result once, however it is seen later', () => {
    const before = bytes();
    const sum = add(ones([1000]), ones([1000]));
    const one = bytes() - before;
    expect(one).toBe(3 * 4000);
    const views = [sum.view([10, 100]), sum.reshape(-1), atleast1d(sum.view([1000]))];
    expect(sum.data.length + (views[0]?.data.length ?? 0)).toBe(2000);
    expect(bytes() - before).toBe(one);
    sum.dispose();
    expect(bytes() - before).toBe(one);
    for (const view of views) view.dispose();
  });

  it('belong to the scope they are made in', () => {
    const before = memoryUsage().tensors;
    const kept = tidy(() => add(add(ones([2]), ones([2])), ones([2])));
    expect(memoryUsage().tensors).toBe(before + 1);
    expect(kept.toArray()).toEqual([3, 3]);
    kept.dispose();
  });
});
