import { makeError } from '../make-error.js';
import { isTensor } from '../ops/is-tensor.js';
import { describe } from '../tensor/describe.js';
import type { Tensor } from '../tensor/tensor.js';

/** One tensor or several of them. */
export type Tensors = Tensor | readonly Tensor[];

/** An array of tensors, checked. @internal */
export function tensorList(where: string, value: unknown): Tensor[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const wrong = list.findIndex((item) => !isTensor(item));
  if (wrong < 0) return list as Tensor[];
  const place = Array.isArray(value) ? `${where}[${wrong}]` : where;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${place}: expected a Tensor, got ${describe(list[wrong])}`,
  );
}

/** The same, where null stands for a tensor that is left out. @internal */
export function optionalTensors(where: string, value: unknown): (Tensor | null)[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item, index) => {
    if (item === null || item === undefined) return null;
    return tensorList(`${where}[${index}]`, item)[0]!;
  });
}

/** An option that is true or false. @internal */
export function flag(where: string, name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected ${name} to be true or false, got ${describe(value)}`,
  );
}
