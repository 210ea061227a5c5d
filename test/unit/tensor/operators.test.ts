import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Tensor, tensor } from '../../../src/index.js';
import { aten, operator } from '../../../src/tensor/operators.js';
import { caught } from '../caught.js';

describe('operator', () => {
  it('is bound at its first call', () => {
    const unknown = operator('aten::no_such_operator');
    expect(caught(() => unknown(tensor([1])))).toMatchObject({ code: 'ERR_UNKNOWN_OPERATOR' });
    expectTypeOf(operator('aten::neg')).returns.toEqualTypeOf<Tensor>();
  });

  it('calls LibTorch', () => {
    expect(operator('aten::neg')(tensor([1])).toArray()).toEqual([-1]);
    expect(aten.equal(tensor([1]), tensor([1]))).toBe(true);
  });
});
