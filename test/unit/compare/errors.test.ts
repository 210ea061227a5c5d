import { describe, expect, it } from 'vitest';
import { ErrorSums } from '../../../src/compare/errors.js';
import {
  arange,
  cat,
  memoryUsage,
  setWarningHandler,
  type Tensor,
  tensor,
  viewAsComplex,
  zeros,
} from '../../../src/index.js';

const tolerance = { atol: 1e-4, rtol: 1e-5 };
const figures = (a: Tensor, b: Tensor, rules = tolerance) => ErrorSums.of(a, b, rules).figures;
const doubles = (values: readonly number[]): Tensor => tensor([...values], { dtype: 'float64' });

describe('errors between two tensors', () => {
  it('are those of the definitions', () => {
    const found = figures(doubles([1, -2, 4, 0]), doubles([1.5, -2, 3, 0.25]), {
      atol: 0.5,
      rtol: 0,
    });
    expect(found).toEqual({
      elements: 4,
      maxAbsoluteError: 1,
      meanAbsoluteError: (0.5 + 0 + 1 + 0.25) / 4,
      maxRelativeError: 0.5,
      meanRelativeError: (0.5 + 0 + 0.25 + 0.5) / 4,
      cosineSimilarity: (1.5 + 4 + 12) / Math.sqrt(21 * (2.25 + 4 + 9 + 0.0625)),
      sqnr: 10 * Math.log10(21 / (0.25 + 0 + 1 + 0.0625)),
      top1Agreement: null,
      notClose: 1,
      notFinite: 0,
      allClose: false,
    });
  });

  it('are nothing, and exactly so, for equal tensors', () => {
    const x = doubles([0.1, 0.7, -3.3]);
    const found = figures(x, x.clone());
    expect(found).toMatchObject({ maxAbsoluteError: 0, maxRelativeError: 0, cosineSimilarity: 1 });
    expect(found.sqnr).toBe(Number.POSITIVE_INFINITY);
    expect(found.allClose).toBe(true);
  });

  it('divide by nothing only where atol says so', () => {
    const [zero, small] = [doubles([0, 0]), doubles([0, 1e-9])];
    expect(figures(zero, small).maxRelativeError).toBeCloseTo(1e-5, 12);
    const strict = figures(zero, small, { atol: 0, rtol: 0 });
    expect(strict.maxRelativeError).toBe(Number.POSITIVE_INFINITY);
    expect(figures(zero, zero, { atol: 0, rtol: 0 }).maxRelativeError).toBe(0);
  });

  it('have a cosine for zeros', () => {
    expect(figures(zeros([3]), zeros([3])).cosineSimilarity).toBe(1);
    expect(figures(zeros([3]), doubles([1, 0, 0])).cosineSimilarity).toBe(0);
    expect(figures(doubles([1e90]), doubles([-1e90])).cosineSimilarity).toBe(-1);
  });

  it('are of elements that are finite in both; NaN equals NaN, an infinity itself', () => {
    const [nan, inf] = [Number.NaN, Number.POSITIVE_INFINITY];
    const found = figures(
      doubles([nan, inf, -inf, nan, 1, 2]),
      doubles([nan, inf, inf, 1, nan, 2.5]),
    );
    expect(found).toMatchObject({ elements: 6, notFinite: 3, notClose: 4, maxAbsoluteError: 0.5 });
    expect(found.meanAbsoluteError).toBe(0.5);
    const same = figures(doubles([nan, inf]), doubles([nan, inf]));
    expect(same).toMatchObject({ allClose: true, notFinite: 0, maxAbsoluteError: null });
    expect(same.cosineSimilarity).toBeNull();
  });

  it('count rows that agree on the class', () => {
    const a = tensor([
      [1, 2, 3],
      [5, 4, 3],
      [0, 1, 0],
      [9, 0, 0],
    ]);
    const b = a.clone();
    b.select(0, 3).copyFrom(new Float32Array([0, 9, 0]));
    expect(figures(a, b).top1Agreement).toBe(0.75);
    expect(figures(a.to('int64'), b.to('int64')).top1Agreement).toBeNull();
    expect(figures(a.reshape(-1), b.reshape(-1)).top1Agreement).toBeNull();
    expect(figures(zeros([0, 3]), zeros([0, 3])).top1Agreement).toBeNull();
  });

  it('are the moduli of complex differences, and those of what quantized values stand for', () => {
    const complex = (parts: number[][]): Tensor => viewAsComplex(tensor(parts)) as Tensor;
    const found = figures(complex([[3, 4]]), complex([[0, 0]]));
    expect(found).toMatchObject({ maxAbsoluteError: 5, maxRelativeError: 1 });
    const x = doubles([0.26, 1]).to('float32');
    setWarningHandler(() => {});
    const quantized = x.quantizePerTensor(0.5, 0, 'quint8') as Tensor;
    expect(figures(x, quantized).maxAbsoluteError).toBeCloseTo(0.24, 6);
  });

  it('are finite where squares are not', () => {
    const found = figures(doubles([1e200, 1]), doubles([1e200, 2]));
    expect(found).toMatchObject({ maxAbsoluteError: 1, notFinite: 0, notClose: 1 });
    expect(found.cosineSimilarity).toBeNull();
  });

  it('hold for no elements at all, and for other dtypes and integers', () => {
    const none = figures(zeros([0, 4]), zeros([0, 4]));
    expect(none).toMatchObject({ elements: 0, allClose: true, meanAbsoluteError: null });
    const x = arange(5n);
    expect(figures(x, x.add(1) as Tensor)).toMatchObject({ maxAbsoluteError: 1, notClose: 5 });
    expect(figures(x, x.to('float16'))).toMatchObject({ allClose: true });
    expect(figures(x.gt(2), x.gt(3))).toMatchObject({ maxAbsoluteError: 1, notClose: 1 });
  });

  it('add up over chunks, and leave no tensors', () => {
    const before = memoryUsage().tensors;
    const a = zeros([(1 << 20) + 3]);
    const b = cat([zeros([1 << 20]), tensor([1, 2, 3])]) as Tensor;
    const made = memoryUsage().tensors;
    const found = figures(a, b);
    expect(found).toMatchObject({ elements: a.numel, maxAbsoluteError: 3, notClose: 3 });
    expect(found.meanAbsoluteError).toBe(6 / a.numel);
    expect(memoryUsage().tensors).toBe(made);
    expect(made).toBeGreaterThan(before);
  });
});
