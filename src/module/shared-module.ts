import { makeError } from '../errors.js';
import type { ExtraFiles } from './extra-files.js';
import type { ModuleFormat } from './module-parts.js';
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

/** Checks what came from another worker. */
export function checkSharedModule(value: unknown): SharedModule {
  const shared = value as Partial<SharedModule> | null | undefined;
  if (shared?.kind === 'module' && typeof shared.token === 'string') {
    return shared as SharedModule;
  }
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `fromShared: expected what model.share() returned, got ${describeValue(value)}`,
  );
}
