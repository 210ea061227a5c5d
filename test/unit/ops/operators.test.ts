import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  float,
  type Operator,
  operatorCoverage,
  ops,
  setWarningHandler,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { caught } from '../caught.js';

const x = tensor([1, 2]);

// LibTorch warns that quantized dtypes are deprecated.
beforeAll(() => setWarningHandler(() => {}));
afterAll(() => setWarningHandler(null));

describe('ops', () => {
  it('calls an operator, its overload chosen by the arguments', () => {
    expect(ops.aten.add(x, x).toArray()).toEqual([2, 4]);
    expect(ops.aten.add(x, 1).toArray()).toEqual([2, 3]);
    expect(ops.aten.add('a', 'b')).toBe('ab');
  });

  it('calls the overload that is named, `default` being the one without a name', () => {
    expect(ops.aten.add.Tensor(x, x, { alpha: 10 }).toArray()).toEqual([11, 22]);
    expect(ops.aten.relu.default(x).toArray()).toEqual([1, 2]);
  });

  it('has types with the arguments of every overload', () => {
    expectTypeOf(ops.aten.add.Tensor(x, x)).toEqualTypeOf<Tensor>();
    expectTypeOf(ops.aten.linalg_svd).returns.toExtend<readonly Tensor[]>();
    // @ts-expect-error: the overload takes two tensors
    expect(caught(() => ops.aten.add.Tensor(x)).code).toBe('ERR_MISSING_ARGUMENT');
  });

  it('keeps what was found: the same function each time', () => {
    expect(ops.aten).toBe(ops.aten);
    expect(ops.aten.mul).toBe(ops.aten.mul);
    expect(ops.aten.mul.Tensor).toBe(ops.aten.mul.Tensor);
    expect(Object.keys(ops)).toContain('aten');
  });

  it('is still an ordinary function and an ordinary object', () => {
    const called: unknown = (ops.aten.add as unknown as Operator).call(null, x, x);
    expect((called as Tensor).toArray()).toEqual([2, 4]);
    expect(ops.aten.add).toBeInstanceOf(Function);
    expect(`${ops}`).toBe('[object Object]');
  });

  it('can be awaited, printed and serialized without looking for operators', async () => {
    expect(await ops).toBe(ops);
    expect(JSON.stringify(ops.prim)).toBe('{}');
    expect((ops.aten as unknown as Record<symbol, unknown>)[Symbol.iterator]).toBeUndefined();
  });

  it('names the nearest operators when there is none of a name', () => {
    const unknown = ops as unknown as Record<string, Record<string, Operator>>;
    const error = caught(() => unknown.aten?.sofmax);
    expect(error.code).toBe('ERR_UNKNOWN_OPERATOR');
    expect(error.message).toContain('did you mean aten::softmax');
    expect(caught(() => unknown.atn?.add).message).toContain('aten::add');
  });

  it('lists the overloads when there is none of a name', () => {
    const { message } = caught(() => (ops.aten.add as unknown as Operator).tensor);
    expect(message).toContain('the overloads of ');
    expect(message).toContain('Tensor, Scalar');
  });

  it('says what was given, keywords too, when no overload takes it', () => {
    const { code, message } = caught(() => ops.aten.softmax(x, { dimm: 1 } as never));
    expect(code).toBe('ERR_NO_OVERLOAD');
    expect(message).toContain('dimm: number 1');
    expect(message).toContain('softmax.int(Tensor self, int dim');
  });

  it('refuses what runs only inside of a graph', () => {
    const graph = ops as unknown as Record<string, Record<string, Operator>>;
    expect(caught(() => graph.prim?.FusionGroup).code).toBe('ERR_NOT_IMPLEMENTED');
  });

  it('finds operators that are no operators of tensors', () => {
    expect(ops.aten.len([1, 2, 3])).toBe(3);
    expect(ops.aten.upper('abc')).toBe('ABC');
    expect(ops.prim.max([4, 7])).toBe(7);
  });

  it('passes objects of custom classes from one operator to the next', () => {
    const weight = tensor([
      [1, 2],
      [3, 4],
    ]);
    const quantized = ops.aten.quantize_per_tensor(weight, 0.5, 0, 'qint8');
    const packed = ops.quantized.linear_prepack(quantized, null);
    const [unpacked] = ops.quantized.linear_unpack(packed);
    expect(unpacked?.dequantize().toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('what operators take', () => {
  it('takes integral numbers as ints, fractions and float() as floats', () => {
    const ints = tensor([1n, 2n]);
    expect(ops.aten.mul(ints, 2).dtype).toBe('int64');
    expect(ops.aten.mul(ints, 2.5).dtype).toBe('float32');
    expect(ops.aten.mul(ints, float(2)).dtype).toBe('float32');
    expect(ops.aten.mul(ints, { re: 0, im: 1 }).dtype).toBe('complex64');
    expect(ops.aten.mul(ints, true).dtype).toBe('int64');
    expect(ops.aten.mul(ints, 2n).dtype).toBe('int64');
  });

  it('takes a number for a tensor where PyTorch does', () => {
    expect(ops.aten.mul.Tensor(x, 2 as never).toArray()).toEqual([2, 4]);
    expect(ops.aten.mul.Tensor(tensor([1n]), 2.5 as never).dtype).toBe('float32');
    expect(caught(() => ops.aten.maximum.default(x, 2 as never)).code).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('takes one number for all of a list of known length, also where it may be null', () => {
    const image = ops.aten.ones([1, 1, 4, 4]);
    expect(ops.aten.max_pool2d(image, 2).shape).toEqual([1, 1, 2, 2]);
    expect(ops.aten.sum(image, 3).shape).toEqual([1, 1, 4]);
    expect(ops.aten.sum(image, null).shape).toEqual([]);
  });

  it('takes keywords in PyTorch’s spelling and in camelCase', () => {
    const options = { dtype: 'float64', memory_format: 'channels_last' };
    const image = ops.aten.ones([1, 2, 2, 2]);
    expect(ops.aten.empty_like(image, options as never).stride).toEqual([8, 1, 4, 2]);
    const camel = { memoryFormat: 'channels_last' } as const;
    expect(ops.aten.empty_like(image, camel).stride).toEqual([8, 1, 4, 2]);
  });

  it('gives back the tensor that was changed, not another for it', () => {
    const y = tensor([1, 2]);
    const out = tensor([0, 0]);
    expect(ops.aten.add_(y, 1)).toBe(y);
    expect(ops.aten.add.out(y, y, { out })).toBe(out);
    expect(out.toArray()).toEqual([4, 6]);
  });
});

describe('operatorCoverage', () => {
  const coverage = operatorCoverage();

  it('has every operator, each callable or with the reason why not', () => {
    expect(coverage.length).toBeGreaterThan(4000);
    const callable = coverage.filter((one) => one.callable);
    expect(callable.length / coverage.length).toBeGreaterThan(0.98);
    for (const one of coverage) {
      if (one.callable) expect(one).not.toHaveProperty('reason');
      else expect(one.reason, one.schema).toMatch(/^(takes|returns|runs only|ends the process) /);
    }
  });

  it('calls callable what can be bound, and only that', () => {
    const all = ops as unknown as Record<string, Record<string, Record<string, unknown>>>;
    const bound = ({ name, overload }: { name: string; overload: string }): unknown => {
      const [namespace = '', base = ''] = name.split('::');
      return all[namespace]?.[base]?.[overload === '' ? 'default' : overload];
    };
    for (const one of coverage)
      if (one.callable) expect(bound(one), one.schema).toBeTypeOf('function');
    const graphs = coverage.filter(({ reason }) => reason?.startsWith('runs only'));
    for (const one of graphs) expect(caught(() => bound(one)).code).toBe('ERR_NOT_IMPLEMENTED');
  });
});
