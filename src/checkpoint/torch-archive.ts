import { Archive, type ArchiveRecord, type ReadLimits } from '../archive/archive.js';
import type { ByteSource, Reading } from '../archive/reading.js';
import { damaged } from '../archive/zip-directory.js';
import { makeError } from '../make-error.js';
import { ByteCursor } from '../pickle/byte-cursor.js';
import { readWholePickle } from '../pickle/machine.js';
import type { PickleLimits } from '../pickle/stack.js';
import { storageBytes } from '../pickle/torch-tensor.js';
import { TorchWorld, type UnknownClasses } from '../pickle/torch-world.js';
import type { PickledStorage } from '../pickle/values.js';
import type { CheckpointFile } from './file.js';

/** Pickles hold everything but the tensors' memory, and are read whole. @internal */
export const readLimits: ReadLimits = { record: 2 ** 30, total: 2 ** 31 };
/** @internal */
export const pickleLimits: PickleLimits = { values: 2 ** 27, containers: 2 ** 24, depth: 10_000 };

function checkContent(archive: Archive): ArchiveRecord {
  const { name } = archive.source;
  if (archive.has('constants.pkl') || archive.has('bytecode.pkl') || archive.has('model.json')) {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `${name}: a TorchScript module, not a checkpoint; stateDict() of what loadModule gives has ` +
        'its weights',
    );
  }
  const record = archive.find('data.pkl');
  if (record !== undefined) return record;
  throw makeError(
    'ERR_UNSUPPORTED_FORMAT',
    `${name}: expected a checkpoint of torch.save or safetensors, got a zip archive without one`,
  );
}

function* checkByteOrder(archive: Archive): Reading<void> {
  const record = archive.find('byteorder');
  if (record === undefined || record.size > 10) return;
  const order = Buffer.from(yield* archive.read(record)).toString('latin1');
  if (order === 'little') return;
  throw makeError(
    'ERR_UNSUPPORTED_FORMAT',
    `${archive.source.name}: saved in byte order '${order}'; only 'little' can be read`,
  );
}

/** Reads what `torch.save` writes since version 1.6: a zip archive. @internal */
export function* readTorchArchive(
  source: ByteSource,
  unknown: UnknownClasses,
): Reading<CheckpointFile> {
  const archive = yield* Archive.open(source, readLimits);
  const pickle = checkContent(archive);
  yield* checkByteOrder(archive);
  const world = new TorchWorld(source.name, unknown);
  const cursor = new ByteCursor(yield* archive.read(pickle), source.name);
  const value = readWholePickle(cursor, world, pickleLimits);
  const recordOf = (storage: PickledStorage): ArchiveRecord => {
    const record = archive.find(`data/${storage.key}`);
    if (record === undefined) throw damaged(source, `the storage '${storage.key}' is missing`);
    const expected = storageBytes(storage);
    if (record.size >= expected) return record;
    throw damaged(source, `storage '${storage.key}' has ${record.size} bytes, not ${expected}`);
  };
  return {
    value,
    sizeOf: (storage) => recordOf(storage).size,
    fill: (storage, into) => archive.readInto(recordOf(storage), into),
  };
}
