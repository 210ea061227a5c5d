/**
 * Every error of the package: wrong arguments are TypeError or RangeError, failures are the
 * TorchError family; all carry a stable `code`.
 */
import {
  type ErrorCode,
  familyCodes,
  rangeErrorCodes,
  type TorchErrorCode,
  typeErrorCodes,
} from './error-codes.js';
import {
  CompileError,
  DisposedError,
  LoadError,
  ModuleBusyError,
  OutOfMemoryError,
  ScriptError,
  SignatureError,
  TorchError,
} from './errors.js';

const families = {
  TorchError,
  OutOfMemoryError,
  ScriptError,
  CompileError,
  LoadError,
  SignatureError,
  ModuleBusyError,
  DisposedError,
} as const;

const typeErrors: ReadonlySet<string> = new Set(typeErrorCodes);
const rangeErrors: ReadonlySet<string> = new Set(rangeErrorCodes);

/** An argument error: the built-in class with a stable code. */
export type CodedError<C extends ErrorCode = ErrorCode> = Error & { readonly code: C };

/**
 * Makes the error for a code; the tables of codes decide its class.
 *
 * @internal Also what native code calls. `detail` is the Python class of a script error,
 * or the place of a compile error.
 */
export function makeError(
  code: string,
  message: string,
  detail: string | null = null,
  options?: ErrorOptions,
): CodedError {
  let error: Error;
  if (typeErrors.has(code)) {
    error = Object.assign(new TypeError(message, options), { code });
  } else if (rangeErrors.has(code)) {
    error = Object.assign(new RangeError(message, options), { code });
  } else {
    const known = code as TorchErrorCode;
    const family = families[familyCodes[known] ?? 'TorchError'];
    error = new family(known, message, { ...options, pythonClass: detail, detail });
  }
  Error.captureStackTrace(error, makeError);
  return error as CodedError;
}
