import { makeError } from '../make-error.js';
import { type BundledInputsByMethod, resolveBundledInputs } from '../mobile/bundled-inputs.js';
import type { LiteSaveOptions } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { type ExtraFilesInput, encodeExtraFiles } from './extra-files.js';

/** Options of `saveLite` and `toLiteBytes`. */
export interface SaveLiteOptions {
  /** Files to put into the archive, by name. */
  readonly extraFiles?: ExtraFilesInput | undefined;
  /** Where each instruction came from, for the messages of errors; false unless given. */
  readonly debugInfo?: boolean | undefined;
  /**
   * Example arguments to store, as `torch.utils.bundled_inputs` does: of `forward`, an array for each
   * call, or by the method's name.
   */
  readonly bundledInputs?: BundledInputsByMethod | undefined;
  /** `'zip'` unless given: bytecode 8. `'flatbuffer'`: bytecode 9, for interpreters of 2022 and later. */
  readonly container?: 'zip' | 'flatbuffer' | undefined;
}

function flag(where: string, name: string, value: unknown): boolean {
  if (value === undefined || typeof value === 'boolean') return value ?? false;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: ${name}: expected a boolean, got ${describe(value)}`,
  );
}

/** Options as the addon takes them. @internal */
export function resolveSaveLite(where: string, options: SaveLiteOptions = {}): LiteSaveOptions {
  checkOptions(where, options, ['extraFiles', 'debugInfo', 'bundledInputs', 'container']);
  const { container = 'zip' } = options;
  if (container !== 'zip' && container !== 'flatbuffer') {
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `${where}: container: expected 'zip' or 'flatbuffer', got ${describe(container)}`,
    );
  }
  return {
    extraFiles: encodeExtraFiles(where, options.extraFiles),
    debugInfo: flag(where, 'debugInfo', options.debugInfo),
    flatbuffer: container === 'flatbuffer',
    bundledInputs: resolveBundledInputs(where, options.bundledInputs) as never,
  };
}
