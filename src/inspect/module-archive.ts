import { Archive, type ArchiveRecord } from '../archive/archive.js';
import { describeKind, detectKind, HEAD_SIZE } from '../archive/format.js';
import { type ByteSource, type Reading, readAt } from '../archive/reading.js';
import { makeError } from '../make-error.js';
import type { ModuleFormat } from '../module/module-parts.js';
import { readLimits } from './limits.js';

/** An archive that is a module, and of which kind. @internal */
export interface ModuleArchive {
  readonly archive: Archive;
  readonly format: ModuleFormat;
}

function notAModule(source: ByteSource, got: string): Error {
  const message = `${source.name}: expected a TorchScript module, got ${got}`;
  return makeError('ERR_NOT_A_MODULE', message);
}

function hasCode({ records }: Archive): boolean {
  return records.some(({ name }) => /^(?:code\/|constants\.pkl$)/i.test(name));
}

/** Opens the archive of a module, deciding by its content. @internal */
export function* openModuleArchive(source: ByteSource): Reading<ModuleArchive> {
  const head = yield* readAt(0, Math.min(HEAD_SIZE, source.size));
  const kind = detectKind(head, source.size);
  if (kind === 'flatbuffer') {
    throw makeError(
      'ERR_FLATBUFFER_REFUSED',
      `${source.name}: a flatbuffer module cannot be inspected; save it as a zip archive in Python ` +
        'with _save_for_lite_interpreter',
    );
  }
  if (kind !== 'zip') throw notAModule(source, describeKind(kind));
  const archive = yield* Archive.open(source, readLimits);
  if (archive.has('model.json')) {
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `${source.name}: a module of PyTorch before 1.4; load and save it in Python once`,
    );
  }
  if (archive.has('bytecode.pkl')) return { archive, format: 'lite' };
  if (archive.has('data.pkl') && hasCode(archive)) return { archive, format: 'torchscript' };
  const got = archive.has('data.pkl')
    ? 'a state dict or other object written by torch.save: read it with load()'
    : 'a zip archive without a module in it';
  throw notAModule(source, got);
}

/** A record that must be there. @internal */
export function needRecord({ archive }: ModuleArchive, name: string): ArchiveRecord {
  const record = archive.find(name);
  if (record !== undefined) return record;
  throw makeError('ERR_LOAD_FAILED', `${archive.source.name}: the record '${name}' is missing`);
}
