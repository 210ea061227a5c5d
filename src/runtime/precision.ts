import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

/** How exact float32 matrix products are: all bits, TF32 or two bfloat16, or one bfloat16. */
export type Float32MatmulPrecision = 'highest' | 'high' | 'medium';

const known: readonly unknown[] = ['highest', 'high', 'medium'];

/**
 * How exact float32 matrix products must be; lower is faster where the hardware has TF32 or
 * bfloat16. Holds for the whole process. 'highest' at first.
 *
 * @throws TypeError `ERR_INVALID_ARG_VALUE` for other words.
 * @example
 * ```ts
 * import { getFloat32MatmulPrecision, setFloat32MatmulPrecision } from 'libtorch-node';
 *
 * setFloat32MatmulPrecision('high');
 * console.log(getFloat32MatmulPrecision()); // 'high'
 * setFloat32MatmulPrecision('highest');
 * ```
 */
export function setFloat32MatmulPrecision(precision: Float32MatmulPrecision): void {
  if (!known.includes(precision)) {
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `setFloat32MatmulPrecision: expected 'highest', 'high' or 'medium', got ${describe(precision)}`,
    );
  }
  native.mathMode.setFloat32MatmulPrecision(precision);
}

/**
 * How exact float32 matrix products are.
 *
 * @example
 * ```ts
 * import { getFloat32MatmulPrecision } from 'libtorch-node';
 *
 * console.log(getFloat32MatmulPrecision()); // 'highest'
 * ```
 */
export function getFloat32MatmulPrecision(): Float32MatmulPrecision {
  return native.mathMode.float32MatmulPrecision();
}
