import { describeKind, detectKind, HEAD_SIZE } from '../archive/format.js';
import { type ByteSource, type Reading, readAt } from '../archive/reading.js';
import { makeError } from '../errors.js';
import type { Tensor } from '../tensor/tensor.js';
import type { CheckpointFile } from './file.js';
import { Converter, tensorsOf } from './from-pickled.js';
import { readLegacy } from './legacy.js';
import { readSafetensors } from './safetensors.js';
import { StorageReader } from './storages.js';
import { readTorchArchive } from './torch-archive.js';
import type { CheckpointValue } from './value.js';

/** How a checkpoint is read. @internal */
export interface ReadCheckpointOptions {
  readonly device: string | null;
  readonly allowUnknownClasses: boolean;
  /** The part of the value that is wanted. */
  readonly select: (value: unknown, where: string) => unknown;
}

function* openCheckpoint(source: ByteSource, allowUnknown: boolean): Reading<CheckpointFile> {
  const head = yield* readAt(0, Math.min(HEAD_SIZE, source.size));
  const kind = detectKind(head, source.size);
  const unknown = allowUnknown ? 'record' : 'refuse';
  if (kind === 'zip') return yield* readTorchArchive(source, unknown);
  if (kind === 'pickle') return yield* readLegacy(source, unknown);
  if (kind === 'safetensors') return yield* readSafetensors(source);
  const got = describeKind(kind);
  throw makeError(
    'ERR_UNSUPPORTED_FORMAT',
    `${source.name}: expected a checkpoint of torch.save or safetensors, got ${got}`,
  );
}

/** Reads a checkpoint of any format; the tensors' memory is copied once, from file to tensor. @internal */
export function* readCheckpoint(
  source: ByteSource,
  { device, allowUnknownClasses, select }: ReadCheckpointOptions,
): Reading<CheckpointValue> {
  const file = yield* openCheckpoint(source, allowUnknownClasses);
  const value = select(file.value, source.name);
  const storages = new StorageReader(file, source.name, device);
  const kept = new Set<Tensor>();
  try {
    const described = tensorsOf(value);
    yield* storages.fill(described);
    const made = [...described].map((tensor) => storages.tensor(tensor));
    const converter = new Converter(source.name, (tensor) => storages.tensor(tensor));
    const converted = converter.convert(value);
    for (const tensor of made) kept.add(tensor);
    return converted;
  } finally {
    storages.release(kept);
  }
}
