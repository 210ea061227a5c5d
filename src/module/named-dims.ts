import { makeError } from '../make-error.js';

/** One dimension of a pattern: a size, a name that must agree everywhere, or null for any size. */
export type DimPattern = number | string | null;

/** Gives every dimension name of a signature a number. */
export class DimNames {
  readonly #slots = new Map<string, number>();

  slot(name: string): number {
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const slot = this.#slots.size;
    this.#slots.set(name, slot);
    return slot;
  }
}

/** The sizes that names stand for in one call, and where each was first seen. */
export class DimScope {
  readonly sizes: number[] = [];
  readonly seenAt: string[] = [];
}

/** Checks a pattern from user code; -1 means any size. */
export function normalizePattern(shape: readonly unknown[]): DimPattern[] {
  return shape.map((dim, index) => {
    if (dim === -1 || dim === null) return null;
    if (typeof dim === 'string' && dim !== '') return dim;
    if (typeof dim === 'number' && Number.isSafeInteger(dim) && dim >= 0) return dim;
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `tensorSchema: dimension ${index}: expected a size, a name, -1 or null, got ${String(dim)}`,
    );
  });
}

/** `[batch, 3, *]` */
export function formatPattern(pattern: readonly DimPattern[]): string {
  return `[${pattern.map((dim) => dim ?? '*').join(', ')}]`;
}

/** A pattern made ready for comparing. */
export class ShapeMatcher {
  /** A size, or -1 for any, or -2 - slot for a name. */
  readonly #dims: readonly number[];
  readonly #pattern: readonly DimPattern[];

  constructor(pattern: readonly DimPattern[], names: DimNames) {
    this.#pattern = pattern;
    this.#dims = pattern.map((dim) => {
      if (dim === null) return -1;
      return typeof dim === 'string' ? -2 - names.slot(dim) : dim;
    });
  }

  /** Null when the shape fits, else what does not; binds names in `scope`. */
  mismatch(shape: readonly number[], scope: DimScope, where: string): string | null {
    const dims = this.#dims;
    if (shape.length !== dims.length) {
      return `expected ${dims.length} dimensions, got ${shape.length}`;
    }
    for (let index = 0; index < dims.length; index++) {
      const dim = dims[index] as number;
      const size = shape[index] as number;
      if (dim >= 0) {
        if (dim !== size) return `dimension ${index}: expected ${dim}, got ${size}`;
      } else if (dim < -1) {
        const slot = -2 - dim;
        const bound = scope.sizes[slot];
        if (bound === undefined) {
          scope.sizes[slot] = size;
          scope.seenAt[slot] = where;
        } else if (bound !== size) {
          const name = this.#pattern[index];
          return `dimension ${index}: '${name}' is ${bound} in ${scope.seenAt[slot]}, got ${size}`;
        }
      }
    }
    return null;
  }

  toString(): string {
    return formatPattern(this.#pattern);
  }
}
