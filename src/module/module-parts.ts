import { makeError } from '../make-error.js';
import type { NativeModule } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import type { CallGuard } from './call-guard.js';
import type { ExtraFiles } from './extra-files.js';

/** What kind of file a module came from; narrows its type. */
export type ModuleFormat = 'torchscript' | 'lite';

/** What a module is made of. */
export interface ModuleParts {
  readonly handle: NativeModule;
  readonly extraFiles: ExtraFiles;
  /** Null without a signature. */
  readonly guard: CallGuard | null;
}

let partsOf: (value: unknown) => ModuleParts | null = () => null;

/** ScriptModule says how its parts, which nobody else sees, are read. @internal */
export function openParts(read: typeof partsOf): void {
  partsOf = read;
}

/** The parts of a ScriptModule; ERR_DISPOSED when it is gone, a TypeError for anything else. @internal */
export function requireParts(where: string, value: unknown): ModuleParts {
  const parts = partsOf(value);
  if (parts !== null) return parts;
  const isLite = (value as { format?: unknown } | null | undefined)?.format === 'lite';
  const hint = isLite ? ": load it with { format: 'torchscript' }" : '';
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected a ScriptModule, got ${describe(value)}${hint}`,
  );
}
