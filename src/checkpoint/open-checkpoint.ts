import { describeKind, detectKind, HEAD_SIZE } from '../archive/format.js';
import { type ByteSource, type Reading, readAt } from '../archive/reading.js';
import { makeError } from '../make-error.js';
import type { CheckpointFile } from './file.js';
import { readLegacy } from './legacy.js';
import { readSafetensors } from './safetensors.js';
import { readTorchArchive } from './torch-archive.js';

/** Reads what a checkpoint says, but not the memory of its tensors; the content decides its format. @internal */
export function* openCheckpoint(
  source: ByteSource,
  allowUnknown: boolean,
): Reading<CheckpointFile> {
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
