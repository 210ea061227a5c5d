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

/**
 * A failure inside LibTorch or of this package; base of the family.
 *
 * @example
 * ```ts
 * import { TorchError, zeros } from 'libtorch-node';
 *
 * try {
 *   zeros([2, 3]).reshape(4);
 * } catch (error) {
 *   console.log(error instanceof TorchError && error.code); // 'ERR_TORCH'
 * }
 * ```
 */
export class TorchError extends Error {
  static {
    TorchError.prototype.name = 'TorchError';
  }
  /** Stable across releases, unlike the message. */
  readonly code: TorchErrorCode;

  constructor(code: TorchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The device had no room for an allocation; what was held before is intact. */
export class OutOfMemoryError extends TorchError {
  static {
    OutOfMemoryError.prototype.name = 'OutOfMemoryError';
  }
}

/** TorchScript code raised an exception, or an operator failed inside it. */
export class ScriptError extends TorchError {
  static {
    ScriptError.prototype.name = 'ScriptError';
  }
  /** The Python class that was raised, e.g. `'builtins.ValueError'`, or null. */
  readonly pythonClass: string | null;

  constructor(
    code: TorchErrorCode,
    message: string,
    options?: ErrorOptions & { readonly pythonClass?: string | null },
  ) {
    super(code, message, options);
    this.pythonClass = options?.pythonClass ?? null;
  }
}

/** A file or state dict that cannot become a module; the message says what it is. */
export class LoadError extends TorchError {
  static {
    LoadError.prototype.name = 'LoadError';
  }
}

/** Values that do not fit the module's signature. */
export class SignatureError extends TorchError {
  static {
    SignatureError.prototype.name = 'SignatureError';
  }
}

/** A synchronous mutation met runs in flight. */
export class ModuleBusyError extends TorchError {
  static {
    ModuleBusyError.prototype.name = 'ModuleBusyError';
  }
}

/** Something disposed was used. */
export class DisposedError extends TorchError {
  static {
    DisposedError.prototype.name = 'DisposedError';
  }
}

const families = {
  TorchError,
  OutOfMemoryError,
  ScriptError,
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
 * Makes the error for a code; the table above decides its class.
 *
 * @internal Also what native code calls. `detail` is the Python class of a script error.
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
    error = new family(known, message, { ...options, pythonClass: detail });
  }
  Error.captureStackTrace(error, makeError);
  return error as CodedError;
}
