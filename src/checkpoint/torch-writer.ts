import { makeError } from '../make-error.js';
import { PickleWriter } from '../pickle/writer.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';
import type { StoragePlan } from './storage-plan.js';
import { type Saved, saveTensor, TensorPickler } from './tensor-pickler.js';

const DEEPEST = 1000;
const LONGEST_INTEGER = 2n ** (8n * 255n - 1n);
const floatValue = Symbol.for('libtorch-node.float');

function isComplex(value: object): value is { re: number; im: number } {
  const keys = Object.keys(value);
  return keys.length === 2 && keys.every((key) => key === 're' || key === 'im');
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Writes a value as the pickle of a `torch.save` archive, and plans the storages beside it. @internal */
export class TorchWriter {
  private readonly pickle = new PickleWriter();
  private readonly tensors = new TensorPickler(this.pickle);
  private readonly where: string;
  private readonly saved = new Map<Tensor, Saved>();
  private readonly written = new Map<object, number>();

  constructor(where: string) {
    this.where = where;
  }

  /** Of the tensors that were written. */
  get plan(): StoragePlan {
    return this.tensors.plan;
  }

  write(value: unknown): Uint8Array {
    this.collect(value, new Set(), 'value', 0);
    this.value(value, 'value');
    return this.pickle.done();
  }

  private fail(path: string, got: string): never {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${this.where}: ${path}: expected tensors, numbers, texts, bytes and containers, got ${got}`,
    );
  }

  /** Finds all tensors first: how much of a storage is written depends on all that share it. */
  private collect(value: unknown, seen: Set<object>, path: string, depth: number): void {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    if (depth > DEEPEST) this.fail(path, `more than ${DEEPEST} levels`);
    seen.add(value);
    if (value instanceof Tensor) {
      const saved = saveTensor(value, this.where);
      this.saved.set(value, saved);
      this.tensors.add(saved);
      return;
    }
    const each = (item: unknown, key: unknown): void =>
      this.collect(item, seen, `${path}.${String(key)}`, depth + 1);
    if (Array.isArray(value)) value.forEach(each);
    else if (value instanceof Map || value instanceof Set) value.forEach(each);
    else if (isPlain(value)) for (const key of Object.keys(value)) each(value[key], key);
  }

  private value(value: unknown, path: string): void {
    const { pickle } = this;
    if (value === null || value === undefined) pickle.raw('N');
    else if (typeof value === 'boolean') pickle.boolean(value);
    else if (typeof value === 'string') pickle.text(value);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'bigint') this.integer(value, path);
    else if (typeof value !== 'object') this.fail(path, describe(value));
    else this.object(value, path);
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.pickle.integer(value);
    else this.pickle.float(value);
  }

  private integer(value: bigint, path: string): void {
    if (value >= LONGEST_INTEGER || value < -LONGEST_INTEGER) this.fail(path, 'a longer integer');
    this.pickle.integer(value);
  }

  private object(value: object, path: string): void {
    const { pickle, written } = this;
    const known = written.get(value);
    const remember = (): void => {
      written.set(value, pickle.remember());
    };
    if (known !== undefined) {
      pickle.recall(known);
    } else if (value instanceof Tensor) {
      this.tensors.tensor(this.saved.get(value)!);
      remember();
    } else if (Array.isArray(value)) {
      pickle.raw(']');
      remember();
      this.list(value, path);
    } else if (value instanceof Map) {
      this.tensors.global('collections', 'OrderedDict');
      pickle.raw(')R');
      remember();
      this.items(value, path);
    } else if (value instanceof Set) {
      this.tensors.global('builtins', 'set');
      pickle.raw('(]');
      this.list([...value], path);
      pickle.raw('tR');
      remember();
    } else if (value instanceof Uint8Array) {
      this.bytes(value);
      remember();
    } else if (floatValue in value) pickle.float(Number(value[floatValue]));
    else if (!isPlain(value)) this.fail(path, describe(value));
    else if (isComplex(value)) this.complex(value);
    else {
      pickle.raw('}');
      remember();
      this.items(Object.entries(value), path);
    }
  }

  private list(values: readonly unknown[], path: string): void {
    this.pickle.raw('(');
    values.forEach((item, i) => {
      this.value(item, `${path}[${i}]`);
    });
    this.pickle.raw('e');
  }

  private items(entries: Iterable<readonly [unknown, unknown]>, path: string): void {
    this.pickle.raw('(');
    for (const [key, item] of entries) {
      if (typeof key === 'object' && key !== null) this.fail(`${path}: a key`, describe(key));
      this.value(key, path);
      this.value(item, `${path}.${String(key)}`);
    }
    this.pickle.raw('u');
  }

  /** The protocol has no bytes: Python writes them as text of one character a byte. */
  private bytes(bytes: Uint8Array): void {
    this.tensors.global('_codecs', 'encode');
    this.pickle.raw('(');
    this.pickle.text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
    this.pickle.text('latin1');
    this.pickle.raw('tR');
  }

  private complex({ re, im }: { re: number; im: number }): void {
    this.tensors.global('builtins', 'complex');
    this.pickle.raw('(');
    this.pickle.float(re);
    this.pickle.float(im);
    this.pickle.raw('tR');
  }
}
