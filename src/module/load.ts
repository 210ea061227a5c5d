import { native } from '../native/addon.js';
import type { LoadedModule } from '../native/types.js';
import type { Tensor } from '../tensor/tensor.js';
import { withCallerStack } from './caller-stack.js';
import { checkedSource, checkedSourceSync } from './checked-source.js';
import { showExtraFiles } from './extra-files.js';
import { type LoadModuleOptions, operatorRules, resolveLoadOptions } from './load-options.js';
import { ScriptModule } from './script-module.js';
import type { SharedModule } from './shared-module.js';
import type { SignatureArgs, SignatureOutput, SignatureSchema } from './signature.js';
import { guardFromSchema } from './signature-guard.js';
import { type ModuleSource, toNativeSource } from './source.js';
import type { ModuleInput } from './value.js';

/** `forward` typed by a signature. */
export type SignedModule<S extends SignatureSchema> = ScriptModule<
  SignatureArgs<S>,
  SignatureOutput<S>
>;

/** Options without a signature: the result of `forward` is what the caller says. */
export interface UnsignedOptions extends Omit<LoadModuleOptions, 'signature'> {
  readonly signature?: undefined;
}

function toModule(loaded: LoadedModule, signature: SignatureSchema | undefined): ScriptModule {
  const { handle } = loaded;
  try {
    const guard = signature === undefined ? null : guardFromSchema(handle, signature);
    return new ScriptModule({ handle, guard, extraFiles: showExtraFiles(loaded.extraFiles) });
  } catch (error) {
    native.module.dispose(handle);
    throw error;
  }
}

/**
 * Loads a TorchScript module from a path, a file URL or bytes, off the event loop. The content
 * decides the format: ERR_NOT_A_MODULE says what another file is and what to do with it. Loading runs
 * code of the file: load only what you trust, or say with `allowOperators` or `denyOperators` what it
 * may use, and ERR_OPERATOR_DENIED lists the rest before anything is run. Without a signature,
 * `forward` gives a Tensor unless the type argument says otherwise.
 *
 * @example
 * ```ts
 * import { loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt', { device: 'cpu' });
 * const y = await model.forward(randn([1, 16]));
 * ```
 */
export async function loadModule<const S extends SignatureSchema>(
  source: ModuleSource,
  options: LoadModuleOptions<S> & { readonly signature: S },
): Promise<SignedModule<S>>;
export async function loadModule<Output = Tensor>(
  source: ModuleSource,
  options?: UnsignedOptions,
): Promise<ScriptModule<ModuleInput[], Output>>;
export async function loadModule(
  source: ModuleSource,
  options?: LoadModuleOptions,
): Promise<unknown> {
  const resolved = resolveLoadOptions(options);
  const given = toNativeSource(source);
  const rules = operatorRules(options);
  const checked = rules === null ? given : await checkedSource(given, rules);
  const pending = native.module.load(checked, resolved);
  try {
    return toModule(await pending, options?.signature);
  } catch (error) {
    throw withCallerStack(error);
  }
}

/**
 * `loadModule` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * ```
 */
export function loadModuleSync<const S extends SignatureSchema>(
  source: ModuleSource,
  options: LoadModuleOptions<S> & { readonly signature: S },
): SignedModule<S>;
export function loadModuleSync<Output = Tensor>(
  source: ModuleSource,
  options?: UnsignedOptions,
): ScriptModule<ModuleInput[], Output>;
export function loadModuleSync(source: ModuleSource, options?: LoadModuleOptions): unknown {
  const resolved = resolveLoadOptions(options);
  const given = toNativeSource(source);
  const rules = operatorRules(options);
  const checked = rules === null ? given : checkedSourceSync(given, rules);
  return toModule(native.module.loadSync(checked, resolved), options?.signature);
}

/**
 * The module behind a handle that `model.share()` gave, in this or another worker: the same weights,
 * and its own attributes when its methods change them. A signature is checked here as there.
 *
 * @example
 * ```ts
 * import { once } from 'node:events';
 * import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
 * import { loadModule, moduleFromShared, ones } from 'libtorch-node';
 *
 * if (isMainThread) {
 *   using model = await loadModule('mlp.pt');
 *   const worker = new Worker(new URL(import.meta.url), { workerData: model.share() });
 *   console.log((await once(worker, 'message'))[0]); // [1, 4]
 * } else {
 *   const model = moduleFromShared(workerData);
 *   parentPort?.postMessage(model.forwardSync(ones([1, 16])).shape);
 * }
 * ```
 */
export function moduleFromShared<Args extends unknown[] = ModuleInput[], Output = Tensor>(
  shared: SharedModule,
): ScriptModule<Args, Output> {
  return ScriptModule.fromShared<Args, Output>(shared);
}
