import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { native } from '../native/addon.js';
import { describe } from './describe.js';
import { checkDType, type DType, isDType } from './dtype.js';
import { aten } from './operators.js';
import {
  checkDevice,
  checkMemoryFormat,
  checkOptions,
  type Device,
  type MemoryFormat,
  type TensorOptions,
} from './options.js';
import type { Tensor } from './tensor.js';
import type { TensorProperties } from './tensor-properties.js';

/** What `to` changes. */
export interface ToOptions<D extends DType = DType> extends TensorOptions<D> {
  /** Do not wait for a copy between pinned memory and a device. */
  readonly nonBlocking?: boolean | undefined;
  /** A copy also where nothing changes. */
  readonly copy?: boolean | undefined;
  readonly memoryFormat?: MemoryFormat | undefined;
}

/** A dtype, a device, or options with both. */
export type ToTarget<D extends DType = DType> = Device | D | ToOptions<D>;

/** Options of `contiguous` and `clone`. */
export interface MemoryFormatOptions {
  readonly memoryFormat?: MemoryFormat | undefined;
}

function targetOf(where: string, target: unknown, names: readonly string[]): ToOptions {
  if (isDType(target)) return { dtype: target };
  if (typeof target === 'string') return { device: checkDevice(where, target) };
  if (typeof target !== 'object' || target === null) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: expected a dtype, a device or options, got ${describe(target)}`,
    );
  }
  const options: ToOptions = checkOptions(where, target as ToOptions, names) ?? {};
  if (options.dtype !== undefined) checkDType(where, options.dtype);
  if (options.device !== undefined) checkDevice(where, options.device);
  return options;
}

const toNames = ['dtype', 'device', 'nonBlocking', 'copy', 'memoryFormat'];

/** @internal */
export function convert(where: string, t: Tensor, target: unknown): Tensor {
  const { dtype, device, nonBlocking, copy, memoryFormat } = targetOf(where, target, toNames);
  const kwargs: Record<string, unknown> = {};
  if (dtype !== undefined) kwargs.dtype = dtype;
  if (device !== undefined) kwargs.device = device;
  if (nonBlocking !== undefined) kwargs.non_blocking = nonBlocking;
  if (copy !== undefined) kwargs.copy = copy;
  if (memoryFormat !== undefined) kwargs.memory_format = checkMemoryFormat(where, memoryFormat);
  return aten.to(t, kwargs);
}

/** @internal */
export async function convertAsync(t: Tensor, target: unknown): Promise<Tensor> {
  const { dtype, device } = targetOf('toAsync', target, ['dtype', 'device']);
  return await settle(native.tensor.toAsync(t, device ?? null, dtype ?? null));
}

/** @internal */
export function withFormat(
  where: 'contiguous' | 'clone',
  t: TensorProperties,
  options: MemoryFormatOptions | undefined,
): Tensor {
  const format = checkOptions(where, options, ['memoryFormat'])?.memoryFormat;
  if (format === undefined) return aten[where](t);
  return aten[where](t, { memory_format: checkMemoryFormat(where, format) });
}

/** The name of a CUDA device given by index or name. @internal */
export function cudaName(device: unknown): string {
  if (device === undefined) return 'cuda';
  if (typeof device === 'number') {
    if (Number.isSafeInteger(device) && device >= 0) return `cuda:${device}`;
    throw makeError('ERR_OUT_OF_RANGE', `cuda: expected an index of at least 0, got ${device}`);
  }
  return checkDevice('cuda', device);
}
