import type { NativeModule } from '../native/types.js';
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
