import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';

import { ones, type Tensor, tensorSchema } from '../../src/index.js';
import { image } from './signed-mlp.js';

describe('tensorSchema', () => {
  it('checks dtype and shape, and agreement within the tensor', () => {
    expect(image.safeParse(ones([2, 16])).success).toBe(true);
    expect(image.parse(ones([0, 16])).shape).toEqual([0, 16]);
    const square = tensorSchema({ shape: ['n', 'n'] });
    expect(square.safeParse(ones([3, 3])).success).toBe(true);
    expect(square.safeParse(ones([3, 4])).success).toBe(false);
    expect(tensorSchema().safeParse(ones([1])).success).toBe(true);
    expect(tensorSchema({ shape: [-1, null] }).safeParse(ones([5, 6])).success).toBe(true);
    expectTypeOf<z.output<typeof image>>().toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf<z.output<typeof square>>().toEqualTypeOf<Tensor>();
  });

  it('says what it expected and what came', () => {
    const reason = (value: unknown) => image.safeParse(value).error?.issues[0]?.message;
    expect(reason(ones([2, 15]))).toBe(
      'expected float32 [batch, 16], got float32 [2, 15] (dimension 1: expected 16, got 15)',
    );
    expect(reason(ones([2, 16], { dtype: 'float64' }))).toBe(
      'expected float32 [batch, 16], got float64 [2, 16] (dtype)',
    );
    expect(reason(ones([16]))).toMatch(/expected 2 dimensions, got 1/);
    expect(reason('x')).toBe("expected float32 [batch, 16], got string 'x'");
    expect(reason(null)).toBe('expected float32 [batch, 16], got null');
  });

  it('refuses a wrong pattern when it is made', () => {
    expect(() => tensorSchema({ shape: [1.5] })).toThrow(/dimension 0/);
    expect(() => tensorSchema({ dtype: 'float33' as never })).toThrow(/float33/);
  });
});
