import type { ByteSource, Reading } from '../../archive/reading.js';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.js';
import type { InspectedTensor } from '../../inspect/inspection.js';
import { describeTensor } from '../../inspect/weights.js';
import {
  isPickledStorage,
  isPickledTensor,
  PickledDType,
  PickledGlobal,
  PickledObject,
} from '../../pickle/values.js';

/** A value of a checkpoint that is no tensor. */
export interface InspectedValue {
  readonly name: string;
  readonly value: string;
}

/** What a file of weights holds. */
export interface CheckpointInspection {
  readonly format: 'torch.save' | 'torch.save before PyTorch 1.6' | 'safetensors';
  /** Of the whole file. */
  readonly bytes: number;
  /** 'a state dict', 'one tensor', or what else the value is. */
  readonly holds: string;
  readonly tensors: readonly InspectedTensor[];
  /** Numbers, texts and empty containers beside the tensors. */
  readonly values: readonly InspectedValue[];
  /** Python classes that the file names and that have no meaning here. */
  readonly classes: readonly string[];
}

const LONGEST = 60;
const DEEPEST = 100;
const MOST = 2 ** 18;

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function showPlain(value: unknown): string {
  if (typeof value === 'string') return cut(JSON.stringify(value));
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value instanceof PickledDType) return `torch.${value.name}`;
  if (value instanceof PickledGlobal) return cut(value.name);
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (isPickledStorage(value)) return `a storage of ${value.count} elements`;
  if (Array.isArray(value) || value instanceof Set) return 'an empty list';
  return value instanceof Map ? 'an empty dict' : cut(String(value));
}

class Walk {
  readonly tensors: InspectedTensor[] = [];
  readonly values: InspectedValue[] = [];
  readonly classes = new Set<string>();
  private readonly open = new Set<unknown>();

  visit(value: unknown, path: readonly string[]): void {
    if (this.tensors.length + this.values.length >= MOST) return;
    const name = path.join('.');
    if (isPickledTensor(value)) {
      this.tensors.push(describeTensor(name, value));
      return;
    }
    const parts = this.open.has(value) || path.length > DEEPEST ? [] : [...partsOf(value)];
    if (value instanceof PickledObject) this.classes.add(value.typeName);
    if (parts.length === 0) {
      const shown = value instanceof PickledObject ? value.typeName : showPlain(value);
      this.values.push({ name, value: shown });
      return;
    }
    this.open.add(value);
    for (const [key, part] of parts) this.visit(part, [...path, key]);
    this.open.delete(value);
  }
}

function* partsOf(value: unknown): Generator<[string, unknown]> {
  if (value instanceof Map) {
    for (const [key, part] of value) {
      yield [typeof key === 'object' ? showPlain(key) : String(key), part];
    }
  } else if (Array.isArray(value) || value instanceof Set) {
    let index = 0;
    for (const part of value) yield [String(index++), part];
  } else if (value instanceof PickledObject) {
    yield* partsOf(value.state);
    yield* partsOf(value.items);
    yield* partsOf(value.entries);
  }
}

function kindOf(value: unknown): string {
  if (isPickledTensor(value)) return 'one tensor';
  if (value instanceof PickledObject) return `an object of ${value.typeName}`;
  if (!(value instanceof Map)) return Array.isArray(value) ? 'a list' : 'a value';
  const all = [...value.values()];
  if (all.length > 0 && all.every(isPickledTensor)) return 'a state dict: weights without code';
  return 'a checkpoint: a dict with weights in it';
}

/** Lists what a file of weights holds; brings no weights into memory. */
export function* readCheckpointFile(
  source: ByteSource,
  kind: 'zip' | 'pickle' | 'safetensors',
): Reading<CheckpointInspection> {
  const { value } = yield* openCheckpoint(source, true);
  const walk = new Walk();
  walk.visit(value, []);
  const formats = {
    zip: 'torch.save',
    pickle: 'torch.save before PyTorch 1.6',
    safetensors: 'safetensors',
  } as const;
  return {
    format: formats[kind],
    bytes: source.size,
    holds: kindOf(value),
    tensors: walk.tensors,
    values: walk.values,
    classes: [...walk.classes].sort(),
  };
}
