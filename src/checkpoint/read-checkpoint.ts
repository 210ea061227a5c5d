import type { ByteSource, Reading } from '../archive/reading.js';
import type { Tensor } from '../tensor/tensor.js';
import { Converter, tensorsOf } from './from-pickled.js';
import { openCheckpoint } from './open-checkpoint.js';
import { StorageReader } from './storages.js';
import type { CheckpointValue } from './value.js';

/** How a checkpoint is read. @internal */
export interface ReadCheckpointOptions {
  readonly device: string | null;
  readonly allowUnknownClasses: boolean;
  /** The part of the value that is wanted. */
  readonly select: (value: unknown, where: string) => unknown;
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
