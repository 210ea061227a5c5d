import { size64, viewOf } from '../archive/little-endian.js';
import { type ByteSource, type Reading, readAt, readInto } from '../archive/reading.js';
import { makeError } from '../make-error.js';
import { ByteCursor, badPickle, CutOff } from '../pickle/byte-cursor.js';
import { readPickle } from '../pickle/machine.js';
import { itemsizeOf } from '../pickle/torch-tensor.js';
import { TorchWorld, type UnknownClasses } from '../pickle/torch-world.js';
import type { CheckpointFile } from './file.js';
import { pickleLimits } from './torch-archive.js';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const FIRST_READ = 2 ** 20;
const COUNT_SIZE = 8;

interface Pickles {
  readonly value: unknown;
  readonly keys: readonly unknown[];
  readonly world: TorchWorld;
  /** Where the storages begin. */
  readonly end: number;
}

/** A magic number, a protocol version, facts about the machine, the value, the storages' keys. */
function readPickles(bytes: Uint8Array, source: ByteSource, unknown: UnknownClasses): Pickles {
  const cursor = new ByteCursor(bytes, source.name);
  const world = new TorchWorld(source.name, unknown);
  const next = (): unknown => readPickle(cursor, world, pickleLimits);
  if (next() !== MAGIC) {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `${source.name}: expected a checkpoint of torch.save or safetensors, got another pickle`,
    );
  }
  next();
  const machine = next();
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `${source.name}: saved on a big-endian machine; only little-endian files can be read`,
    );
  }
  const value = next();
  const keys = next();
  if (!Array.isArray(keys)) throw badPickle(source.name, 'the list of storages is missing');
  return { value, keys, world, end: cursor.at };
}

/** The pickles' length is known only once they are read: more and more of the file is. */
function* readHead(source: ByteSource, unknown: UnknownClasses): Reading<Pickles> {
  for (let length = Math.min(FIRST_READ, source.size); ; ) {
    const bytes = yield* readAt(0, length);
    try {
      return readPickles(bytes, source, unknown);
    } catch (error) {
      if (!(error instanceof CutOff)) throw error;
      if (length === source.size) throw badPickle(source.name, 'it is cut off');
    }
    length = Math.min(length * 4, source.size);
  }
}

/** Reads what `torch.save` wrote before version 1.6: pickles, then the storages. @internal */
export function* readLegacy(source: ByteSource, unknown: UnknownClasses): Reading<CheckpointFile> {
  const { value, keys, world, end } = yield* readHead(source, unknown);
  const places = new Map<string, { at: number; size: number }>();
  let at = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? world.storages.get(key) : undefined;
    if (storage === undefined) throw badPickle(source.name, 'it lists an unknown storage');
    if (at + COUNT_SIZE > source.size) throw badPickle(source.name, 'its storages are cut off');
    const count = size64(viewOf(yield* readAt(at, COUNT_SIZE)), 0);
    const size = count * (storage.dtype === null ? 1 : itemsizeOf(storage.dtype));
    at += COUNT_SIZE;
    if (at + size > source.size) throw badPickle(source.name, 'its storages are cut off');
    places.set(storage.key, { at, size });
    at += size;
  }
  const placeOf = (key: string, needed: number): { at: number; size: number } => {
    const place = places.get(key);
    if (place !== undefined && place.size >= needed) return place;
    throw badPickle(source.name, `storage '${key.slice(0, 40)}' is missing or too small`);
  };
  return {
    value,
    sizeOf: ({ key, count, dtype }) =>
      placeOf(key, count * (dtype === null ? 1 : itemsizeOf(dtype))).size,
    fill: ({ key }, into) => readInto(placeOf(key, into.byteLength).at, into),
  };
}
