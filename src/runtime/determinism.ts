import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

/** Options of {@link useDeterministicAlgorithms}. */
export interface DeterministicOptions {
  /** A warning instead of an error. */
  readonly warnOnly?: boolean | undefined;
  /** Whether `empty` and its like fill memory, float with NaN and int with the largest; true at first. */
  readonly fillUninitializedMemory?: boolean | undefined;
}

function checkFlag(where: string, value: unknown): asserts value is boolean {
  if (typeof value === 'boolean') return;
  const got = describe(value);
  throw makeError('ERR_INVALID_ARG_TYPE', `${where}: expected true or false, got ${got}`);
}

/**
 * Makes operators give the same bits every time: where there is a deterministic algorithm, it is
 * taken; an operator that has none fails. Holds for the whole process, workers too. CUDA also needs
 * the environment variable `CUBLAS_WORKSPACE_CONFIG=:4096:8`.
 *
 * From then on an operator without a deterministic algorithm throws a TorchError with the code
 * `ERR_NOT_DETERMINISTIC` (within a script `ERR_SCRIPT_FAILED`).
 *
 * @example
 * ```ts
 * import { areDeterministicAlgorithmsEnabled, useDeterministicAlgorithms } from 'libtorch-node';
 *
 * useDeterministicAlgorithms(true);
 * console.log(areDeterministicAlgorithmsEnabled()); // true
 * useDeterministicAlgorithms(false);
 * ```
 */
export function useDeterministicAlgorithms(
  enabled: boolean,
  options: DeterministicOptions = {},
): void {
  checkFlag('useDeterministicAlgorithms', enabled);
  if (typeof options !== 'object' || options === null) {
    const got = describe(options);
    const message = `useDeterministicAlgorithms: expected an object of options, got ${got}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  for (const key of Object.keys(options)) {
    if (key === 'warnOnly' || key === 'fillUninitializedMemory') continue;
    throw makeError('ERR_UNKNOWN_ARGUMENT', `useDeterministicAlgorithms: no option '${key}'`);
  }
  const { warnOnly = false, fillUninitializedMemory: fill } = options;
  checkFlag('useDeterministicAlgorithms: warnOnly', warnOnly);
  if (fill !== undefined) {
    checkFlag('useDeterministicAlgorithms: fillUninitializedMemory', fill);
    native.mathMode.setSwitch('deterministic.fillUninitializedMemory', fill);
  }
  native.mathMode.useDeterministicAlgorithms(enabled, warnOnly);
}

/**
 * Whether {@link useDeterministicAlgorithms} is on.
 *
 * @example
 * ```ts
 * import { areDeterministicAlgorithmsEnabled } from 'libtorch-node';
 *
 * console.log(areDeterministicAlgorithmsEnabled()); // false
 * ```
 */
export function areDeterministicAlgorithmsEnabled(): boolean {
  return native.mathMode.deterministicAlgorithms().enabled;
}

/**
 * Whether {@link useDeterministicAlgorithms} only warns.
 *
 * @example
 * ```ts
 * import { isDeterministicAlgorithmsWarnOnlyEnabled } from 'libtorch-node';
 *
 * console.log(isDeterministicAlgorithmsWarnOnlyEnabled()); // false
 * ```
 */
export function isDeterministicAlgorithmsWarnOnlyEnabled(): boolean {
  return native.mathMode.deterministicAlgorithms().warnOnly;
}
