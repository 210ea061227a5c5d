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
  'ERR_SCOPE_PROMISE',
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
export const familyCodes = {
  ERR_TORCH: 'TorchError',
  ERR_COMPILE: 'CompileError',
  ERR_TRACE_READ: 'TorchError',
  ERR_TRACE_ASYNC: 'TorchError',
  ERR_TRACE_CHECK: 'TorchError',
  ERR_TRACE_FAILED: 'TorchError',
  ERR_LINALG: 'TorchError',
  ERR_NOT_IMPLEMENTED: 'TorchError',
  ERR_UNKNOWN_OPERATOR: 'TorchError',
  ERR_NO_METHOD: 'TorchError',
  ERR_NO_ATTRIBUTE: 'TorchError',
  ERR_NO_LAYER: 'TorchError',
  ERR_ENGINE: 'TorchError',
  ERR_NO_VIEW: 'TorchError',
  ERR_NOT_RESIZABLE: 'TorchError',
  ERR_NO_GRAD: 'TorchError',
  ERR_NOT_SCALAR: 'TorchError',
  ERR_GRAPH_FREED: 'TorchError',
  ERR_MODIFIED_IN_PLACE: 'TorchError',
  ERR_LEAF_IN_PLACE: 'TorchError',
  ERR_NOT_LEAF: 'TorchError',
  ERR_INFERENCE_TENSOR: 'TorchError',
  ERR_NOT_TRAINABLE: 'TorchError',
  ERR_DEVICE_UNAVAILABLE: 'TorchError',
  ERR_POOL_STARTED: 'TorchError',
  ERR_POOL_CLOSED: 'TorchError',
  ERR_FOREIGN_ENVIRONMENT: 'TorchError',
  ERR_ENVIRONMENT_CLOSING: 'TorchError',
  ERR_SHARE_REVOKED: 'TorchError',
  ERR_FROZEN: 'TorchError',
  ERR_TRAINING: 'TorchError',
  ERR_ACCURACY_DROP: 'TorchError',
  ERR_NOT_SPLITTABLE: 'TorchError',
  ERR_NOT_PRUNED: 'TorchError',
  ERR_NOT_PRUNABLE: 'TorchError',
  ERR_NOT_SHRINKABLE: 'TorchError',
  ERR_NO_OBSERVERS: 'TorchError',
  ERR_NOT_QUANTIZABLE: 'TorchError',
  ERR_NOT_PREPARED: 'TorchError',
  ERR_NOT_CALIBRATED: 'TorchError',
  ERR_SAVE_FAILED: 'TorchError',
  ERR_BUNDLED_INPUTS: 'TorchError',
  ERR_BACKPORT: 'TorchError',
  ERR_UNSUPPORTED_VALUE: 'TorchError',
  ERR_UNSUPPORTED_FORMAT: 'TorchError',
  ERR_UNSUPPORTED_PLATFORM: 'TorchError',
  ERR_ADDON_NOT_FOUND: 'TorchError',
  ERR_ADDON_LOAD: 'TorchError',
  ERR_LIBTORCH_NOT_FOUND: 'TorchError',
  ERR_LIBTORCH_VERSION: 'TorchError',
  ERR_LIBTORCH_LOAD: 'TorchError',
  ERR_MISSING_ZOD: 'TorchError',
  ERR_MISSING_GRAPHVIZ: 'TorchError',
  ERR_MISSING_SHARP: 'TorchError',
  ERR_IMAGE_DECODE: 'TorchError',
  ERR_IMAGE_TOO_LARGE: 'TorchError',
  ERR_POOL_THREADS: 'TorchError',
  ERR_NOT_DETERMINISTIC: 'TorchError',
  ERR_PROFILE_ACTIVE: 'TorchError',
  ERR_MEASURE_FAILED: 'TorchError',
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
  ERR_OPERATOR_DENIED: 'LoadError',
  ERR_MISSING_OPERATORS: 'LoadError',
  ERR_OP_LIBRARY: 'LoadError',
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

/**
 * Every code, in the order of the tables above.
 *
 * @example
 * ```ts
 * import { errorCodes } from 'libtorch-node';
 *
 * console.log(errorCodes.includes('ERR_DISPOSED')); // true
 * ```
 */
export const errorCodes: readonly ErrorCode[] = [
  ...typeErrorCodes,
  ...rangeErrorCodes,
  ...(Object.keys(familyCodes) as TorchErrorCode[]),
];
