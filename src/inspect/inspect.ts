import { readSource, readSourceSync } from '../archive/with-source.js';
import { type ModuleSource, toNativeSource } from '../module/source.js';
import type { ModuleInspection } from './inspection.js';
import { readModule } from './read-module.js';

/**
 * Reads what a module's file says about itself, and runs nothing of it: formats and versions, methods,
 * modules, tensors, operators, and why to be careful with it. Made for files that nobody trusts:
 * sizes, depths and places are checked, and at most some 100 MB of it are brought into memory.
 *
 * @throws LoadError `ERR_NOT_A_MODULE` for other files, `ERR_LOAD_FAILED` for damaged ones,
 * `ERR_FLATBUFFER_REFUSED` for flatbuffers, which only LibTorch can read.
 * @example
 * ```ts
 * import { inspectModule } from 'libtorch-node';
 *
 * const { methods, parameters, risks } = await inspectModule('mlp.pt');
 * console.log(methods.map(({ name }) => name)); // ['forward']
 * console.log(parameters[0]?.name, parameters[0]?.shape); // fc1.weight [16, 16]
 * console.log(risks); // []
 * ```
 */
export async function inspectModule(source: ModuleSource): Promise<ModuleInspection> {
  return readSource(toNativeSource(source, 'inspectModule'), readModule);
}

/**
 * `inspectModule` on this thread.
 *
 * @example
 * ```ts
 * import { inspectModuleSync } from 'libtorch-node';
 *
 * console.log(inspectModuleSync('mlp.pt').format); // torchscript
 * ```
 */
export function inspectModuleSync(source: ModuleSource): ModuleInspection {
  return readSourceSync(toNativeSource(source, 'inspectModuleSync'), readModule);
}
