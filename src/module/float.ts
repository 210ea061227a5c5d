import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

// The addon looks for the same symbol.
const floatValue: unique symbol = Symbol.for('libtorch-node.float');

/** A number that arrives as a float also where an int fits; made by {@link float}. */
export interface Float {
  readonly [floatValue]: number;
}

/**
 * Makes a number arrive as a float where the schema leaves the choice: a union, `Any`, the scalar of
 * an operator. There, JavaScript's 2 is an int and 2.5 a float.
 *
 * @example
 * ```ts
 * import { float, loadModule } from 'libtorch-node';
 *
 * using model = await loadModule('echo.pt');
 * await model.run('any', [float(2)]); // 2.0 in Python
 * ```
 */
export function float(value: number): Float {
  if (typeof value !== 'number') {
    throw makeError('ERR_INVALID_ARG_TYPE', `float: expected a number, got ${describe(value)}`);
  }
  return Object.freeze({ [floatValue]: value });
}
