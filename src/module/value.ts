import type { Tensor } from '../tensor/tensor.js';
import type { Complex } from '../tensor/typed-array.js';
import type { Float } from './float.js';
import type { ScriptObject } from './script-object.js';

/**
 * What a method can give back; which of these follows from the method's schema.
 * Dictionaries with string keys are objects without prototype, others are Maps.
 */
export type ModuleValue =
  | Tensor
  | ScriptObject
  | Complex
  | number
  | bigint
  | boolean
  | string
  | null
  | readonly ModuleValue[]
  | ReadonlyMap<ModuleValue, ModuleValue>
  | { readonly [key: string]: ModuleValue };

/** What a method takes; conversion follows the method's schema. `undefined` is None. */
export type ModuleInput =
  | Tensor
  | ScriptObject
  | Complex
  | Float
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | readonly ModuleInput[]
  | ReadonlyMap<ModuleInput, ModuleInput>
  | { readonly [key: string]: ModuleInput };

/** Disposes every tensor in a value, at any depth. */
export function disposeValue(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Symbol.dispose in value && typeof value[Symbol.dispose] === 'function') {
    (value as Disposable)[Symbol.dispose]();
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      disposeValue(key);
      disposeValue(item);
    }
  } else {
    for (const item of Object.values(value)) disposeValue(item);
  }
}
