import { ScriptObject } from '../module/script-object.js';
import type { ModuleValue } from '../module/value.js';
import { viewAsComplex } from '../ops/functions.js';
import { tensor } from '../tensor/create.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';

/** A part of a result that is compared as a whole: numbers, as a tensor, or another value. */
export interface Leaf {
  readonly tensor: Tensor | null;
  readonly value: unknown;
}

type Numeric = number | bigint | { readonly re: number; readonly im: number };

function isNumeric(value: unknown): value is Numeric {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).length === 2 && 're' in value && 'im' in value;
}

function toTensor(value: Numeric | readonly Numeric[]): Tensor {
  const list = Array.isArray(value) ? (value as readonly Numeric[]) : [value as Numeric];
  const isComplex = list.some((one) => typeof one === 'object');
  const parts = list.map((one) => (typeof one === 'object' ? [one.re, one.im] : [Number(one), 0]));
  const made = isComplex
    ? (viewAsComplex(tensor(parts, { dtype: 'float64' })) as Tensor)
    : tensor(
        parts.map(([first]) => first as number),
        { dtype: 'float64' },
      );
  return Array.isArray(value) ? made : (made.reshape([]) as Tensor);
}

function leaf(value: unknown): Leaf {
  if (value instanceof Tensor) return { tensor: value, value };
  const isList = Array.isArray(value) && value.length > 0 && value.every(isNumeric);
  return { tensor: isNumeric(value) || isList ? toTensor(value as Numeric) : null, value };
}

/** Keys of a container with what stands before them in a place; null for a leaf. */
function inside(value: unknown): [place: string, item: unknown][] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Tensor || value instanceof ScriptObject || isNumeric(value)) return null;
  if (Array.isArray(value)) {
    // Also what a NamedTuple is: an array with names beside its indices.
    const names = Object.keys(value).filter((key) => !/^\d+$/.test(key));
    const isNamed = names.length === value.length;
    if (value.length === 0 || (!isNamed && value.every(isNumeric))) return null;
    return value.map((item, at) => [isNamed ? `.${names[at]}` : `[${at}]`, item]);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return entries.length === 0 ? null : entries.map(([key, item]) => [placeOf(key), item]);
}

function placeOf(key: unknown): string {
  if (typeof key !== 'string') return `[${String(key)}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/**
 * The parts of a result by their places: '' for the result itself, `[0]`, `.logits`, `[0].boxes`. A
 * list of numbers is one part. Tensors that are made belong to the caller's `tidy`.
 */
export function leavesOf(value: ModuleValue): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  const visit = (part: unknown, at: string): void => {
    const items = inside(part);
    if (items === null) leaves.set(at, leaf(part));
    else for (const [place, item] of items) visit(item, at + place);
  };
  visit(value, '');
  return leaves;
}

/** A leaf in words: 'float32 [1, 4]', '"cat"'. */
export function describeLeaf({ tensor, value }: Leaf): string {
  if (value instanceof Tensor) return `${value.dtype} [${value.shape.join(', ')}]`;
  if (value instanceof ScriptObject) return `an object of ${value.typeName}`;
  if (tensor !== null && Array.isArray(value)) return `a list of ${value.length}`;
  return value instanceof Map ? 'an empty Map' : describe(value);
}
