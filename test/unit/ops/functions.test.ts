import { describe, expect, expectTypeOf, it } from 'vitest';
import * as torch from '../../../src/index.js';
import { type Tensor, tensor } from '../../../src/index.js';
import { caught } from '../caught.js';

const x = tensor([
  [1, 2],
  [3, 4],
]);

describe('functions by PyTorch’s names', () => {
  it('are exported in camelCase', () => {
    expect(torch.softmax(tensor([[0, 0]]), -1).toArray()).toEqual([[0.5, 0.5]]);
    expect(torch.matmul(x, x).toArray()).toEqual([
      [7, 10],
      [15, 22],
    ]);
    expect(torch.logSoftmax(tensor([[5]]), 1).toArray()).toEqual([[0]]);
    expect(torch.var(x).item()).toBeCloseTo(5 / 3);
    expect(torch.linalg.det(x).item()).toBeCloseTo(-2);
    expect(torch.fft.rfft(tensor([1, 1])).dtype).toBe('complex64');
    expect(torch.special.expit(tensor([0])).toArray()).toEqual([0.5]);
    expect(torch.nn.functional.linear(x, x).toArray()).toEqual([
      [5, 11],
      [11, 25],
    ]);
  });

  it('have names, and stay the same function', () => {
    const { softmax } = torch;
    softmax(x, 0);
    expect(softmax.name).toBe('softmax');
    expect(torch.softmax).toBe(softmax);
  });

  it('take arguments by position, by name, or first by position and then by name', () => {
    const byPosition = torch.sum(x, 1, true);
    expect(byPosition.shape).toEqual([2, 1]);
    expect(torch.sum(x, { dim: 1, keepdim: true }).shape).toEqual([2, 1]);
    expect(torch.sum(x, 1, { keepdim: true, dtype: 'float64' }).dtype).toBe('float64');
  });

  it('refuse arguments that are unknown or given twice', () => {
    const { conv2d } = torch;
    const det: (...args: unknown[]) => unknown = torch.det as never;
    const image = torch.ones([1, 1, 4, 4]);
    expect(caught(() => det(x, { a: x })).code).toBe('ERR_UNKNOWN_ARGUMENT');
    // @ts-expect-error: there is no such option
    expect(caught(() => conv2d(image, image, null, { strides: 2 })).code).toBe('ERR_NO_OVERLOAD');
    expect(caught(() => det(x, { self: x })).code).toBe('ERR_INVALID_ARG_VALUE');
  });

  it('give several results by position and by name', () => {
    const result = torch.max(x, 1);
    const [values, indices] = result;
    expect(values).toBe(result.values);
    expect(result.indices).toBe(indices);
    expect([values.toArray(), indices.toArray()]).toEqual([
      [2, 4],
      [1, 1],
    ]);
    expectTypeOf(values).toEqualTypeOf<Tensor>();
    expectTypeOf(result.indices).toExtend<Tensor>();
  });

  it('write into `out`, and give it back', () => {
    const out = torch.zeros([2, 2]);
    expect(torch.mul(x, x, { out })).toBe(out);
    expect(out.toArray()).toEqual([
      [1, 4],
      [9, 16],
    ]);
  });

  it('leave the functions that are written by hand alone', () => {
    expect(torch.arange(3).dtype).toBe('float32');
    expect(torch.ops.aten.arange(3).dtype).toBe('int64');
    expect(torch.zeros([2]).shape).toEqual([2]);
    expect(torch.cuda.isAvailable).toBeTypeOf('function');
  });

  it('are checked by the compiler', () => {
    // @ts-expect-error: a dimension is a number
    expect(caught(() => torch.softmax(x, 'a')).code).toBe('ERR_NO_OVERLOAD');
    // @ts-expect-error: the dtype has another name
    expect(caught(() => torch.sum(x, { dtype: 'float' })).code).toBe('ERR_INVALID_ARG_VALUE');
    // @ts-expect-error: a tensor holds no options
    expect(caught(() => torch.cumsum(x, x)).code).toBe('ERR_NO_OVERLOAD');
    expectTypeOf(torch.matmul(x, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(torch.split(x, 1)).toEqualTypeOf<Tensor[]>();
  });
});

describe('methods of tensors', () => {
  it('work on the tensor', () => {
    expect(x.matmul(x).toArray()).toEqual([
      [7, 10],
      [15, 22],
    ]);
    expect(x.softmax(-1).shape).toEqual([2, 2]);
    expect(x.max(1).values.toArray()).toEqual([2, 4]);
    expect(x.sum({ dim: 0 }).toArray()).toEqual([4, 6]);
  });

  it('change it in place where the name ends with an underscore', () => {
    const y = tensor([1, 2]);
    expect(y.add_(1).mul_(2)).toBe(y);
    expect(y.toArray()).toEqual([4, 6]);
    expectTypeOf(y.add_(1)).toEqualTypeOf<Tensor<'float32'>>();
  });

  it('put the tensor where the operator takes it', () => {
    expect(x.where(x.gt(2), 0).toArray()).toEqual([
      [0, 0],
      [3, 4],
    ]);
    expect(tensor([1]).polygamma(1).item()).toBeCloseTo(Math.PI ** 2 / 6);
  });

  it('take sizes one by one, as in PyTorch', () => {
    expect(x.permute(1, 0).toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(x.repeat(2, 1).shape).toEqual([4, 2]);
    expect(x.expand(3, -1, -1).shape).toEqual([3, 2, 2]);
    expect(x.flip(0, 1).toArray()).toEqual([
      [4, 3],
      [2, 1],
    ]);
    expect(x.flip([0]).toArray()).toEqual([
      [3, 4],
      [1, 2],
    ]);
    expect(x.newZeros([2], { dtype: 'int64' }).dtype).toBe('int64');
  });

  it('keep the dtype in the type where views do', () => {
    expectTypeOf(x.unsqueeze(0)).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(x.diagonal()).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(x.T).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(x.abs()).toEqualTypeOf<Tensor>();
    expectTypeOf(x.long()).toEqualTypeOf<Tensor<'int64'>>();
  });

  it('leave the members that are written by hand alone', () => {
    expect(x.numel).toBe(4);
    expect(x.stride).toEqual([2, 1]);
    expect(x.data).toBeInstanceOf(Float32Array);
    expect(torch.ops.aten.numel(x)).toBe(4);
  });

  it('have the views and casts that are no operators', () => {
    const z = torch.complex(tensor([[1, 2]]), tensor([[3, 4]]));
    expect(x.T.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect(x.mT.toArray()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    expect([z.real.toArray(), z.imag.toArray()]).toEqual([[[1, 2]], [[3, 4]]]);
    expect(z.H.toArray()).toEqual([[{ re: 1, im: -3 }], [{ re: 2, im: -4 }]]);
    expect(z.mH.shape).toEqual([2, 1]);
    const casts = [x.float(), x.double(), x.half(), x.bfloat16(), x.long(), x.int(), x.short()];
    expect([...casts, x.char(), x.byte(), x.bool()].map(({ dtype }) => dtype)).toEqual(
      'float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool'.split(' '),
    );
  });
});
