import type * as z from 'zod';

import { zod } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { DimNames, type DimPattern, DimScope, normalizePattern } from './named-dims.js';
import { TensorMatcher } from './tensor-matcher.js';

/** What a tensor must be. */
export interface TensorPattern<D extends DType = DType> {
  /** Any, when absent. */
  readonly dtype?: D;
  /** Any, when absent. Sizes, names that must agree within a call, and -1 or null for any size. */
  readonly shape?: readonly DimPattern[];
}

// Keyed by the check inside the schema: a schema copied by `.describe()` or `.refine()` keeps it.
const patterns = new WeakMap<object, TensorPattern>();

/** The pattern of a schema made by `tensorSchema`. */
export function tensorPatternOf(schema: z.core.$ZodType): TensorPattern | undefined {
  const { fn } = schema._zod.def as { fn?: unknown };
  return typeof fn === 'function' ? patterns.get(fn) : undefined;
}

/**
 * A zod schema for a tensor of a dtype and shape, from the zod of your own project.
 * In a `signature`, dimensions with the same name must agree across all inputs and the output of a
 * call; alone, within the tensor.
 *
 * @example
 * ```ts
 * import { tensorSchema, zeros } from 'libtorch-node';
 *
 * const image = tensorSchema({ dtype: 'float32', shape: ['batch', 3, 224, 224] });
 * console.log(image.safeParse(zeros([8, 3, 224, 224])).success); // true
 * console.log(image.safeParse(zeros([8, 1, 28, 28])).success); // false
 * ```
 */
export function tensorSchema<D extends DType = DType>(
  pattern: TensorPattern<D> = {},
): z.ZodType<Tensor<D>, Tensor<D>> {
  const { dtype, shape } = pattern;
  const checked: TensorPattern = {
    ...(dtype === undefined ? {} : { dtype: checkDType('tensorSchema', dtype) }),
    ...(shape === undefined ? {} : { shape: normalizePattern(shape) }),
  };
  const matcher = new TensorMatcher(checked, new DimNames());
  const fits = (value: unknown): boolean => {
    return value instanceof Tensor && matcher.mismatch(value, new DimScope(), 'it') === null;
  };
  patterns.set(fits, checked);
  return zod().custom<Tensor<D>>(fits, {
    error: ({ input }) => matcher.mismatch(input, new DimScope(), 'it') ?? undefined,
  });
}
