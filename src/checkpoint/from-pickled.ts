import { makeError } from '../make-error.js';
import {
  isPickledStorage,
  isPickledTensor,
  OrderedDict,
  PickledDType,
  PickledGlobal,
  PickledObject,
  type PickledTensor,
} from '../pickle/values.js';
import type { Tensor } from '../tensor/tensor.js';
import { type CheckpointValue, UnknownObject } from './value.js';

const DEEPEST = 1000;

function partsOf(value: unknown): Iterable<unknown> {
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (Array.isArray(value) || value instanceof Set) return value;
  if (value instanceof PickledObject) {
    return [...value.args, value.state, ...value.items, ...partsOf(value.entries)];
  }
  return [];
}

/** Every tensor inside a value, once. @internal */
export function tensorsOf(value: unknown): Set<PickledTensor> {
  const tensors = new Set<PickledTensor>();
  const seen = new Set<unknown>();
  const waiting: unknown[] = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    if (isPickledTensor(next)) tensors.add(next);
    else for (const part of partsOf(next)) waiting.push(part);
  }
  return tensors;
}

/** Brings what a pickle describes into the form that JavaScript sees. @internal */
export class Converter {
  private readonly known = new Map<unknown, CheckpointValue>();
  private readonly where: string;
  private readonly makeTensor: (described: PickledTensor) => Tensor;
  private depth = 0;

  constructor(where: string, makeTensor: (described: PickledTensor) => Tensor) {
    this.where = where;
    this.makeTensor = makeTensor;
  }

  convert(value: unknown): CheckpointValue {
    if (typeof value !== 'object' || value === null) return (value ?? null) as CheckpointValue;
    const known = this.known.get(value);
    if (known !== undefined) return known;
    if (++this.depth > DEEPEST) {
      throw makeError('ERR_LOAD_FAILED', `${this.where}: values lie more than ${DEEPEST} deep`);
    }
    const made = this.object(value);
    this.depth--;
    return made;
  }

  /** Remembers a container before it is filled: it may contain itself. */
  private remember<T extends CheckpointValue>(value: object, made: T): T {
    this.known.set(value, made);
    return made;
  }

  private object(value: object): CheckpointValue {
    if (isPickledTensor(value)) return this.makeTensor(value);
    if (value instanceof Map) return this.dict(value);
    if (Array.isArray(value)) {
      const list = this.remember(value, [] as CheckpointValue[]);
      for (const item of value) list.push(this.convert(item));
      return list;
    }
    if (value instanceof Set) {
      const set = this.remember(value, new Set<CheckpointValue>());
      for (const item of value) set.add(this.convert(item));
      return set;
    }
    if (value instanceof PickledDType) return value.name;
    if (value instanceof PickledGlobal)
      return value.name.replace(/^torch\.(?=strided$|sparse_)/, '');
    if (value instanceof PickledObject) return this.unknown(value);
    if (isPickledStorage(value)) {
      throw makeError(
        'ERR_UNSUPPORTED_VALUE',
        `${this.where}: holds a storage without a tensor, which cannot be shown here`,
      );
    }
    return value as CheckpointValue;
  }

  private dict(value: ReadonlyMap<unknown, unknown>): CheckpointValue {
    const named = [...value.keys()].every((key) => typeof key === 'string');
    if (named && !(value instanceof OrderedDict)) {
      const object = this.remember(value, Object.create(null) as Record<string, CheckpointValue>);
      for (const [key, item] of value) object[key as string] = this.convert(item);
      return object;
    }
    const map = this.remember(value, new Map<CheckpointValue, CheckpointValue>());
    for (const [key, item] of value) map.set(this.convert(key), this.convert(item));
    return map;
  }

  private unknown(value: PickledObject): CheckpointValue {
    const items: CheckpointValue[] = [];
    const entries = new Map<CheckpointValue, CheckpointValue>();
    const args: CheckpointValue[] = [];
    const parts = { args, items, entries, state: null as CheckpointValue };
    const made = this.remember(value, new UnknownObject(value.typeName, parts));
    for (const item of value.args) args.push(this.convert(item));
    for (const item of value.items) items.push(this.convert(item));
    for (const [key, item] of value.entries) entries.set(this.convert(key), this.convert(item));
    Object.assign(made, { state: this.convert(value.state) });
    return made;
  }
}
