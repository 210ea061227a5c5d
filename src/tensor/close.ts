import { aten } from './operators.js';
import { checkOptions } from './options.js';
import type { TensorProperties } from './tensor-properties.js';

/** Tolerances of `allclose`: |a - b| <= atol + rtol * |b|. */
export interface AllcloseOptions {
  /** 1e-5 unless given. */
  readonly rtol?: number | undefined;
  /** 1e-8 unless given. */
  readonly atol?: number | undefined;
  /** Whether NaN equals NaN; false unless given. */
  readonly equalNan?: boolean | undefined;
}

/** @internal */
export function isClose(
  a: TensorProperties,
  b: TensorProperties,
  options: AllcloseOptions | undefined,
): boolean {
  const given = checkOptions('allclose', options, ['rtol', 'atol', 'equalNan']);
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = given ?? {};
  return aten.allclose(a, b, rtol, atol, equalNan);
}
