/**
 * Every error of the package: wrong arguments are TypeError or RangeError, failures are the
 * TorchError family; all carry a stable `code`.
 */

/** Codes whose errors are TypeErrors: the argument is of the wrong kind. */
export const typeErrorCodes = [
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_MISSING_ARGUMENT',
  'ERR_TOO_MANY_ARGUMENTS',
  'ERR_UNKNOWN_ARGUMENT',
  'ERR_NO_OVERLOAD',
  'ERR_TYPE',
  'ERR_DETACHED_BUFFER',
  'ERR_ILLEGAL_CONSTRUCTOR',
  'ERR_TIDY_PROMISE',
] as const;

/** Codes whose errors are RangeErrors: right kind, impossible value. */
export const rangeErrorCodes = [
  'ERR_OUT_OF_RANGE',
  'ERR_INDEX',
  'ERR_VALUE',
  'ERR_SHAPE_MISMATCH',
  'ERR_BYTE_LENGTH',
] as const;

/** Codes of the TorchError family, with the subclass that carries each. */
const familyCodes = {
  ERR_TORCH: 'TorchError',
  ERR_COMPILE: 'TorchError',
  ERR_LINALG: 'TorchError',
  ERR_NOT_IMPLEMENTED: 'TorchError',
  ERR_UNKNOWN_OPERATOR: 'TorchError',
  ERR_NO_METHOD: 'TorchError',
  ERR_NO_ATTRIBUTE: 'TorchError',
  ERR_NO_VIEW: 'TorchError',
  ERR_NOT_RESIZABLE: 'TorchError',
  ERR_DEVICE_UNAVAILABLE: 'TorchError',
  ERR_POOL_STARTED: 'TorchError',
  ERR_POOL_CLOSED: 'TorchError',
  ERR_FOREIGN_ENVIRONMENT: 'TorchError',
  ERR_ENVIRONMENT_CLOSING: 'TorchError',
  ERR_SHARE_REVOKED: 'TorchError',
  ERR_SAVE_FAILED: 'TorchError',
  ERR_UNSUPPORTED_VALUE: 'TorchError',
  ERR_UNSUPPORTED_FORMAT: 'TorchError',
  ERR_UNSUPPORTED_PLATFORM: 'TorchError',
  ERR_ADDON_NOT_FOUND: 'TorchError',
  ERR_ADDON_LOAD: 'TorchError',
  ERR_LIBTORCH_NOT_FOUND: 'TorchError',
  ERR_LIBTORCH_VERSION: 'TorchError',
  ERR_LIBTORCH_LOAD: 'TorchError',
  ERR_MISSING_ZOD: 'TorchError',
  ERR_POOL_THREADS: 'TorchError',
  ERR_NOT_INITIALIZED: 'TorchError',
  ERR_INTERNAL: 'TorchError',
  ERR_SIGNATURE: 'SignatureError',
  ERR_OUT_OF_MEMORY: 'OutOfMemoryError',
  ERR_SCRIPT_RAISED: 'ScriptError',
  ERR_SCRIPT_FAILED: 'ScriptError',
  ERR_NOT_A_MODULE: 'LoadError',
  ERR_LOAD_FAILED: 'LoadError',
  ERR_FILE_NOT_FOUND: 'LoadError',
  ERR_FLATBUFFER_REFUSED: 'LoadError',
  ERR_STATE_DICT: 'LoadError',
  ERR_MODULE_BUSY: 'ModuleBusyError',
  ERR_DISPOSED: 'DisposedError',
} as const;

/** Codes of wrong arguments that are TypeErrors. */
export type TypeErrorCode = (typeof typeErrorCodes)[number];
/** Codes of wrong arguments that are RangeErrors. */
export type RangeErrorCode = (typeof rangeErrorCodes)[number];
/** Codes of the TorchError family. */
export type TorchErrorCode = keyof typeof familyCodes;
/** Every code an error of this package may carry. */
export type ErrorCode = TypeErrorCode | RangeErrorCode | TorchErrorCode;

/** Every code, in the order of the tables above. */
export const errorCodes: readonly ErrorCode[] = [
  ...typeErrorCodes,
  ...rangeErrorCodes,
  ...(Object.keys(familyCodes) as TorchErrorCode[]),
];

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
