import { makeError } from '../make-error.js';
import { describe } from './describe.js';
import { checkDType, type DType } from './dtype.js';

/** Where a tensor lives: 'cpu', 'cuda', 'cuda:1', 'meta'. */
export type Device = 'cpu' | 'cuda' | `cuda:${number}` | 'meta' | (string & {});

/** Order of the dimensions in memory, by PyTorch's names. */
export type MemoryFormat =
  | 'contiguous_format'
  | 'preserve_format'
  | 'channels_last'
  | 'channels_last_3d';

/** Options of whatever makes a tensor. */
export interface TensorOptions<D extends DType = DType> {
  readonly dtype?: D | undefined;
  readonly device?: Device | undefined;
  /** Whether autograd is to record operations on it; false unless given. */
  readonly requiresGrad?: boolean | undefined;
}

const memoryFormats: readonly MemoryFormat[] = [
  'contiguous_format',
  'preserve_format',
  'channels_last',
  'channels_last_3d',
];

/** The name checked. @internal */
export function checkMemoryFormat(where: string, value: unknown): MemoryFormat {
  const known = memoryFormats.find((format) => format === value);
  if (known !== undefined) return known;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `${where}: expected memoryFormat to be one of ${memoryFormats.join(', ')}, ` +
      `got ${describe(value)}`,
  );
}

/** The device string checked; LibTorch judges its content. @internal */
export function checkDevice(where: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected device to be a string such as 'cpu' or 'cuda:0', got ${describe(value)}`,
  );
}

/** An option bag with only known names, or undefined. @internal */
export function checkOptions<T extends object>(
  where: string,
  options: T | undefined,
  names: readonly string[],
): T | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: expected options to be an object, got ${describe(options)}`,
    );
  }
  for (const name in options) {
    if (!names.includes(name)) {
      throw makeError(
        'ERR_UNKNOWN_ARGUMENT',
        `${where}: unknown option '${name}'; there are ${names.join(', ')}`,
      );
    }
  }
  return options;
}

const names = ['dtype', 'device', 'requiresGrad'];

/** dtype and device of a factory, checked; the dtype of the caller's choice where none is given. @internal */
export function tensorOptions(
  where: string,
  options: TensorOptions | undefined,
  dtype: DType,
): { dtype: DType; device?: string } {
  const given = checkOptions(where, options, names);
  const chosen = given?.dtype === undefined ? dtype : checkDType(where, given.dtype);
  if (given?.device === undefined) return { dtype: chosen };
  return { dtype: chosen, device: checkDevice(where, given.device) };
}
