import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { checkDType, type DType, isDType } from '../tensor/dtype.js';
import { checkDevice, checkOptions, type Device } from '../tensor/options.js';

/** Where a module goes, and what its floating-point weights become. */
export interface ModuleToOptions {
  readonly device?: Device | undefined;
  readonly dtype?: DType | undefined;
  /** Copies from pinned memory need not be waited for. */
  readonly nonBlocking?: boolean | undefined;
}

/** A device, a dtype, or options with both. */
export type ModuleToTarget = Device | DType | ModuleToOptions;

/** Device, dtype and nonBlocking, as the addon takes them. */
export function resolveMove(
  target: ModuleToTarget,
): [device: string | null, dtype: DType | null, nonBlocking: boolean] {
  if (isDType(target)) return [null, target, false];
  if (typeof target === 'string') return [checkDevice('to', target), null, false];
  const options = checkOptions('to', target, ['device', 'dtype', 'nonBlocking']);
  if (options === undefined) {
    const got = describe(target);
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `to: expected a device, a dtype or options, got ${got}`,
    );
  }
  const { device, dtype, nonBlocking = false } = options;
  return [
    device === undefined ? null : checkDevice('to', device),
    dtype === undefined ? null : checkDType('to', dtype),
    nonBlocking === true,
  ];
}
