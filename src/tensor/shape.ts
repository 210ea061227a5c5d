import { makeError } from '../make-error.js';
import { describe } from './describe.js';

/** Sizes of a tensor, outermost first; empty for a scalar. */
export type Shape = readonly number[];

/** Sizes, as one array or one by one. */
export type ShapeArguments = readonly [Shape] | readonly number[];

/** The sizes of a variadic call. @internal */
export function shapeOf(sizes: ShapeArguments): Shape {
  return sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : (sizes as readonly number[]);
}

/** Checks sizes given by the caller: integers from 0. @internal */
export function checkShape(where: string, shape: unknown): Shape {
  if (!Array.isArray(shape)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: expected shape to be an array of sizes, got ${describe(shape)}`,
    );
  }
  for (let axis = 0; axis < shape.length; axis++) {
    const size: unknown = shape[axis];
    if (typeof size !== 'number') {
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `${where}: expected shape[${axis}] to be a number, got ${describe(size)}`,
      );
    }
    if (!Number.isSafeInteger(size) || size < 0) {
      throw makeError(
        'ERR_OUT_OF_RANGE',
        `${where}: expected shape[${axis}] to be an integer of at least 0, got ${size}`,
      );
    }
  }
  return shape as number[];
}

/** Elements of a shape. @internal */
export function countOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}
