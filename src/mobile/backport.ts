import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { type ModuleSource, toNativeSource } from '../module/source.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

function checkVersion(where: string, version: unknown): asserts version is number {
  if (Number.isSafeInteger(version)) return;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: version: expected an integer, got ${describe(version)}`,
  );
}

/**
 * Rewrites a lite module (`.ptl`, a zip archive) to an older version of bytecode, for phones whose
 * PyTorch does not know the newer one, and gives its bytes. From 8 it goes to 7, 6, 5 and 4. Like
 * loading, this runs code of the file.
 *
 * @throws TorchError `ERR_BACKPORT` where the file cannot be brought to that version.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { backport, loadModule } from 'libtorch-node';
 *
 * const older = await backport('mlp.ptl', 5);
 * await writeFile('mlp-v5.ptl', older);
 * using model = await loadModule('mlp-v5.ptl', { format: 'lite' });
 * console.log(model.bytecodeVersion); // 5
 * ```
 */
export async function backport(source: ModuleSource, version: number): Promise<Uint8Array> {
  checkVersion('backport', version);
  return settle(native.lite.backport(toNativeSource(source, 'backport'), version));
}

/**
 * `backport` on this thread.
 *
 * @example
 * ```ts
 * import { backportSync, inspectModuleSync } from 'libtorch-node';
 *
 * console.log(inspectModuleSync(backportSync('mlp.ptl', 4)).versions.bytecode); // 4
 * ```
 */
export function backportSync(source: ModuleSource, version: number): Uint8Array {
  checkVersion('backportSync', version);
  return native.lite.backportSync(toNativeSource(source, 'backportSync'), version);
}
