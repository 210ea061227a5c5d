import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { type ExtraFiles, shareExtraFiles } from './extra-files.js';
import type { ModuleFormat, ModuleParts } from './module-parts.js';
import type { ModuleSignature } from './signature.js';
import { describeValue } from './tensor-matcher.js';

/**
 * A handle of a module that `postMessage` and `workerData` carry to another worker of the process.
 * Valid until the module that gave it is disposed.
 */
export interface SharedModule {
  readonly kind: 'module';
  readonly token: string;
  readonly format: ModuleFormat;
  /** Given at load time; null where the module has only its own schema. */
  readonly signature: ModuleSignature | null;
  readonly extraFiles: ExtraFiles;
}

/** @internal */
export function shareModule(parts: ModuleParts, format: ModuleFormat): SharedModule {
  return Object.freeze({
    kind: 'module',
    token: native.module.share(parts.handle),
    format,
    signature: parts.guard?.signature ?? null,
    extraFiles: shareExtraFiles(parts.extraFiles),
  });
}

/** Checks what came from another worker. */
export function checkSharedModule(value: unknown, format: ModuleFormat): SharedModule {
  const shared = value as Partial<SharedModule> | null | undefined;
  if (shared?.kind === 'module' && typeof shared.token === 'string') {
    if (shared.format === format) return shared as SharedModule;
    throw makeError(
      'ERR_UNSUPPORTED_FORMAT',
      `fromShared: expected a shared module of format '${format}', got '${shared.format}': use ` +
        'moduleFromShared()',
    );
  }
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `fromShared: expected what model.share() returned, got ${describeValue(value)}`,
  );
}
