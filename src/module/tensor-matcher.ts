import { describe } from '../tensor/describe.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { type DimNames, type DimPattern, type DimScope, ShapeMatcher } from './named-dims.js';

/** A short account of a value, tensors by dtype and shape. */
export function describeValue(value: unknown): string {
  return value instanceof Tensor ? `${value.dtype} [${value.shape.join(', ')}]` : describe(value);
}

/** Compares tensors with a dtype and a shape pattern. */
export class TensorMatcher {
  readonly #dtype: DType | undefined;
  readonly #shape: ShapeMatcher | undefined;

  constructor(
    pattern: { readonly dtype?: DType; readonly shape?: readonly DimPattern[] },
    names: DimNames,
  ) {
    this.#dtype = pattern.dtype;
    this.#shape = pattern.shape && new ShapeMatcher(pattern.shape, names);
  }

  /** Null when the value fits, else expected and actual; binds names in `scope`. */
  mismatch(value: unknown, scope: DimScope, where: string): string | null {
    if (!(value instanceof Tensor)) return `expected ${this}, got ${describeValue(value)}`;
    if (this.#dtype !== undefined && value.dtype !== this.#dtype) {
      return `expected ${this}, got ${describeValue(value)} (dtype)`;
    }
    const reason = this.#shape?.mismatch(value.shape, scope, where) ?? null;
    return reason && `expected ${this}, got ${describeValue(value)} (${reason})`;
  }

  toString(): string {
    const dtype = this.#dtype ?? 'a tensor';
    return this.#shape === undefined ? dtype : `${dtype} ${this.#shape}`;
  }
}
