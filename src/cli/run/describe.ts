import { number, plural } from '../figures.js';
import type { DType, ModuleInput, ModuleValue, Tensor, Torch } from '../torch.js';

/** What there is to say about a tensor. */
export interface TensorSummary {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly device: string;
  /** Of real and finite elements; null where there are none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Elements that are no numbers, or infinite. */
  readonly notFinite: number;
  /** As PyTorch prints it, where it is small. */
  readonly text: string | null;
}

/** A part of a result: a tensor, or another value in words. */
export interface Part {
  /** '', '[0]', '.boxes': where it lies in the value. */
  readonly at: string;
  readonly tensor: TensorSummary | null;
  readonly value: string | null;
}

const SMALL = 32;
const MOST_PARTS = 200;

function range(
  torch: Torch,
  tensor: Tensor,
): Pick<TensorSummary, 'min' | 'max' | 'mean' | 'notFinite'> {
  const none = { min: null, max: null, mean: null, notFinite: 0 };
  if (tensor.numel === 0 || tensor.dtype.startsWith('complex')) return none;
  return torch.tidy(() => {
    const plain = (/^q/.test(tensor.dtype) ? tensor.dequantize() : tensor) as Tensor;
    const all = plain.cpu().to('float64').reshape(-1);
    const fine = torch.isfinite(all) as Tensor;
    const finite = torch.maskedSelect(all, fine) as Tensor;
    const notFinite = all.numel - finite.numel;
    if (finite.numel === 0) return { ...none, notFinite };
    const item = (one: unknown): number => (one as Tensor).item() as number;
    return {
      min: item(finite.min()),
      max: item(finite.max()),
      mean: item(finite.mean()),
      notFinite,
    };
  });
}

/** Describes a tensor. */
export function describeTensor(torch: Torch, tensor: Tensor): TensorSummary {
  const { dtype, shape, device } = tensor;
  const text = tensor.numel <= SMALL ? tensor.toString() : null;
  return { dtype, shape: [...shape], device, ...range(torch, tensor), text };
}

/** Names of a NamedTuple. */
function namesOf(list: readonly unknown[]): readonly string[] | null {
  const names = Object.keys(list).filter((key) => !/^\d+$/.test(key));
  return names.length === list.length && names.length > 0 ? names : null;
}

type Anything = ModuleValue | ModuleInput;

/** Every part of a value with its place. */
export function* partsOf(value: Anything, at = ''): Generator<{ at: string; value: Anything }> {
  if (Array.isArray(value) && value.length > 0) {
    const names = namesOf(value);
    const isPlain = value.every((item) => typeof item !== 'object' || item === null);
    if (isPlain && names === null) yield { at, value };
    else {
      for (const [index, item] of value.entries()) {
        yield* partsOf(item as Anything, names ? `${at}.${names[index]}` : `${at}[${index}]`);
      }
    }
  } else if (value instanceof Map && value.size > 0) {
    for (const [key, item] of value) {
      const place = typeof key === 'string' ? `.${key}` : `[${String(key)}]`;
      yield* partsOf(item as Anything, at + place);
    }
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) yield* partsOf(item, `${at}.${key}`);
  } else {
    yield { at, value };
  }
}

/** Objects without a class: dictionaries; complex numbers are values. */
function isRecord(value: unknown): value is Record<string, Anything> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && !(keys.length === 2 && 're' in value && 'im' in value);
}

function inWords(value: Anything): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  if (value instanceof Map) return '{}';
  if (typeof value === 'object' && 're' in value && 'im' in value) {
    return `${String(value.re)} + ${String(value.im)}i`;
  }
  if (typeof value !== 'object') return String(value);
  return 'typeName' in value ? `an object of ${String(value.typeName)}` : '{}';
}

/** Describes a value part by part. */
export function describeValue(torch: Torch, value: Anything): Part[] {
  const parts: Part[] = [];
  let more = 0;
  for (const part of partsOf(value)) {
    if (parts.length >= MOST_PARTS) more++;
    else if (part.value instanceof torch.Tensor) {
      parts.push({ at: part.at, tensor: describeTensor(torch, part.value), value: null });
    } else {
      parts.push({ at: part.at, tensor: null, value: inWords(part.value) });
    }
  }
  if (more > 0) parts.push({ at: '…', tensor: null, value: `${plural(more, 'more part')}` });
  return parts;
}
