import { describeKind, detectKind, HEAD_SIZE } from '../../archive/format.js';
import { type ByteSource, type Reading, readAt } from '../../archive/reading.js';
import { readSource } from '../../archive/with-source.js';
import type { ModuleInspection } from '../../inspect/inspection.js';
import { readModule } from '../../inspect/read-module.js';
import { makeError } from '../../make-error.js';
import { toNativeSource } from '../../module/source.js';
import { type CheckpointInspection, readCheckpointFile } from './checkpoint.js';

/** What a file turned out to be, as `--json` prints it. */
export type Found =
  | { readonly kind: 'module'; readonly module: ModuleInspection }
  | { readonly kind: 'checkpoint'; readonly checkpoint: CheckpointInspection };

/** Codes of what is well, but of another kind. */
const otherKind: ReadonlySet<unknown> = new Set(['ERR_NOT_A_MODULE', 'ERR_UNSUPPORTED_FORMAT']);

function isOtherKind(error: unknown): boolean {
  return otherKind.has((error as { code?: unknown }).code);
}

/** A generator cannot be tried twice over one source, but two can be, one after the other. */
function* readFound(source: ByteSource): Reading<Found> {
  const head = yield* readAt(0, Math.min(HEAD_SIZE, source.size));
  const kind = detectKind(head, source.size);
  if (kind === 'pickle' || kind === 'safetensors') {
    return { kind: 'checkpoint', checkpoint: yield* readCheckpointFile(source, kind) };
  }
  if (kind !== 'zip' && kind !== 'flatbuffer') {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `${source.name}: expected a TorchScript module, a checkpoint of torch.save or safetensors, ` +
        `got ${describeKind(kind)}`,
    );
  }
  try {
    return { kind: 'module', module: yield* readModule(source) };
  } catch (error) {
    if (kind === 'flatbuffer' || !isOtherKind(error)) throw error;
    try {
      return { kind: 'checkpoint', checkpoint: yield* readCheckpointFile(source, kind) };
    } catch (second) {
      // What the file is was said first.
      throw isOtherKind(second) ? error : second;
    }
  }
}

/** Reads a file as what it is, by its content; runs nothing of it, and needs no LibTorch. */
export function readAny(path: string): Promise<Found> {
  return readSource(toNativeSource(path, 'inspect'), readFound);
}
