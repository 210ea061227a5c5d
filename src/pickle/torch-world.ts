import { makeError } from '../make-error.js';
import { badPickle } from './byte-cursor.js';
import type { PickleWorld } from './machine.js';
import { dtypeNamed, dtypeOfStorage } from './torch-names.js';
import { TensorRebuilder } from './torch-tensor.js';
import {
  isPickledTensor,
  OrderedDict,
  PickledDType,
  PickledGlobal,
  PickledObject,
  type PickledStorage,
} from './values.js';

/** What becomes of a class that has no meaning here: a record of it, or an error. @internal */
export type UnknownClasses = 'record' | 'refuse';

type Args = readonly unknown[];
type Rebuild = (world: TorchWorld, args: Args) => unknown;

const first: Rebuild = (_, args) => args[0];
const dictFrom = (dict: Map<unknown, unknown>, pairs: unknown): Map<unknown, unknown> => {
  if (!Array.isArray(pairs)) return pairs instanceof Map ? copyInto(dict, pairs) : dict;
  for (const pair of pairs) if (Array.isArray(pair)) dict.set(pair[0], pair[1]);
  return dict;
};
function copyInto(dict: Map<unknown, unknown>, from: ReadonlyMap<unknown, unknown>): typeof dict {
  for (const [key, value] of from) dict.set(key, value);
  return dict;
}

const SUBCLASS = 'torch._tensor._rebuild_from_type_v2';

/** Everything that a call may stand for; other names stay names. */
const meanings: Readonly<Record<string, Rebuild>> = {
  'torch._utils._rebuild_tensor': (w, a) => w.tensors.strided(a),
  'torch._utils._rebuild_tensor_v2': (w, a) => w.tensors.strided(a),
  'torch._utils._rebuild_tensor_v3': (w, a) => w.tensors.typed(a),
  'torch._utils._rebuild_qtensor': (w, a) => w.tensors.quantized(a),
  'torch._utils._rebuild_meta_tensor_no_storage': (w, a) => w.tensors.meta(a),
  'torch._utils._rebuild_parameter': parameter,
  'torch._utils._rebuild_parameter_with_state': parameter,
  'torch.nn.parameter.Parameter': parameter,
  [SUBCLASS]: (w, a) =>
    a[0] instanceof PickledGlobal && a[0].name !== SUBCLASS && Array.isArray(a[2])
      ? w.reduce(a[0].name, a[2])
      : w.fail('a tensor of a subclass'),
  'torch.Size': (w, a) => (a.length === 0 ? [] : w.list(a[0])),
  'torch.device': (w, a) =>
    typeof a[0] !== 'string' ? w.fail('a device') : a[1] == null ? a[0] : `${a[0]}:${String(a[1])}`,
  'torch.serialization._get_layout': (w, a) => w.text(a[0]),
  'collections.OrderedDict': (_, a) => dictFrom(new OrderedDict(), a[0]),
  'collections.Counter': (_, a) => dictFrom(new Map(), a[0]),
  'collections.defaultdict': (_, a) => dictFrom(new Map(), a[1]),
  'builtins.dict': (_, a) => dictFrom(new Map(), a[0]),
  'builtins.list': (w, a) => (a.length === 0 ? [] : w.list(a[0])),
  'builtins.set': (w, a) => new Set(a.length === 0 ? [] : w.list(a[0])),
  'builtins.frozenset': (w, a) => new Set(a.length === 0 ? [] : w.list(a[0])),
  'builtins.complex': (w, a) => ({ re: w.number(a[0]), im: w.number(a[1] ?? 0) }),
  'builtins.bytearray': (w, a) => (a.length === 0 ? new Uint8Array() : w.bytes(a[0], a[1])),
  'builtins.bytes': (w, a) => (a.length === 0 ? new Uint8Array() : w.bytes(a[0], a[1])),
  '_codecs.encode': (w, a) => w.bytes(a[0], a[1]),
  'torch.jit._pickle.build_intlist': first,
  'torch.jit._pickle.build_doublelist': first,
  'torch.jit._pickle.build_boollist': first,
  'torch.jit._pickle.build_tensorlist': first,
  'torch.jit._pickle.build_complexlist': first,
  'torch.jit._pickle.restore_type_tag': first,
};

function parameter(world: TorchWorld, [data, requiresGrad]: Args): unknown {
  if (!isPickledTensor(data)) return world.fail('a parameter without a tensor');
  return { ...data, requiresGrad: requiresGrad !== false };
}

/** What Python 2 called things. */
const oldModules: Readonly<Record<string, string>> = {
  __builtin__: 'builtins',
  copy_reg: 'copyreg',
};

/** Gives PyTorch's pickles their meaning: tensors, containers, and records of other classes. @internal */
export class TorchWorld implements PickleWorld {
  readonly tensors: TensorRebuilder;
  /** Names of all classes and functions met. */
  readonly globals = new Set<string>();
  readonly storages = new Map<string, PickledStorage>();
  private readonly where: string;
  private readonly unknown: UnknownClasses;

  constructor(where: string, unknown: UnknownClasses) {
    this.where = where;
    this.unknown = unknown;
    this.tensors = new TensorRebuilder(where);
  }

  fail(what: string): never {
    throw badPickle(this.where, `it does not say properly what it is: ${what}`);
  }
  text(value: unknown): string {
    return typeof value === 'string' ? value : this.fail('text');
  }
  number(value: unknown): number {
    return typeof value === 'number' ? value : this.fail('a number');
  }
  list(value: unknown): unknown[] {
    return Array.isArray(value) ? Array.from(value) : this.fail('a list');
  }
  /** Bytes, or the text that stands for them where the protocol has none. */
  bytes(value: unknown, encoding: unknown): Uint8Array {
    if (value instanceof Uint8Array) return value;
    return new Uint8Array(Buffer.from(this.text(value), encoding === 'latin1' ? 'latin1' : 'utf8'));
  }

  global(given: string): unknown {
    const dot = given.indexOf('.');
    const module = given.slice(0, dot);
    const name = `${Object.hasOwn(oldModules, module) ? oldModules[module] : module}${given.slice(dot)}`;
    this.globals.add(name);
    const dtype = name.startsWith('torch.') ? dtypeNamed(name.slice(6)) : undefined;
    return dtype === undefined ? new PickledGlobal(name) : new PickledDType(dtype);
  }

  reduce(name: string, args: Args): unknown {
    this.globals.add(name);
    const meaning = Object.hasOwn(meanings, name) ? meanings[name] : undefined;
    if (meaning !== undefined) return meaning(this, args);
    if (this.unknown === 'record') return new PickledObject(name, args);
    throw makeError(
      'ERR_UNSUPPORTED_VALUE',
      `${this.where}: holds an object of ${name}, which is no tensor, number, text or container; ` +
        'pass { allowUnknownClasses: true } to get a record of it',
    );
  }

  /** ('storage', class, key, location, count[, view]) */
  persistent(id: unknown): unknown {
    if (!Array.isArray(id)) return this.fail('a reference');
    const [kind, type, key, location, count] = id as unknown[];
    if (kind === 'module') return type;
    if (kind !== 'storage' || !(type instanceof PickledGlobal)) return this.fail('a reference');
    const dtype = dtypeOfStorage(type.name.replace(/^torch\.(?:storage\.|cuda\.)?/, ''));
    if (dtype === undefined) return this.fail(`a storage of ${type.name}`);
    const valid = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
    if (!valid) return this.fail('a storage size');
    const storage: PickledStorage = {
      kind: 'storage',
      dtype,
      key: this.text(key),
      location: this.text(location),
      count,
    };
    const known = this.storages.get(storage.key);
    if (known === undefined || known.dtype !== dtype) this.storages.set(storage.key, storage);
    return storage;
  }
}
