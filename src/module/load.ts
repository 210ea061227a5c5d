import { triedSource, triedSourceSync } from '../mobile/flatbuffer-probe.js';
import { native } from '../native/addon.js';
import type {
  LoadedModule,
  LoadOptions as NativeOptions,
  ModuleSource as NativeSource,
} from '../native/types.js';
import type { Tensor } from '../tensor/tensor.js';
import { withCallerStack } from './caller-stack.js';
import { checkedSource, checkedSourceSync } from './checked-source.js';
import { showExtraFiles } from './extra-files.js';
import { LiteModule } from './lite-module.js';
import { type LoadModuleOptions, operatorRules, resolveLoadOptions } from './load-options.js';
import { noteOrigin } from './origin.js';
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

/** The same for a module of the lite interpreter. */
export type SignedLiteModule<S extends SignatureSchema> = LiteModule<
  SignatureArgs<S>,
  SignatureOutput<S>
>;

/** A module of either format; its `format` tells which. */
export type AnyModule<Args extends unknown[] = ModuleInput[], Output = Tensor> =
  | ScriptModule<Args, Output>
  | LiteModule<Args, Output>;

/** A path whose end speaks of the lite interpreter. */
export type LitePath = `${string}.ptl`;

/** Options without a signature: the result of `forward` is what the caller says. */
export interface UnsignedOptions extends Omit<LoadModuleOptions, 'signature'> {
  readonly signature?: undefined;
}

function toModule(
  loaded: LoadedModule,
  signature: SignatureSchema | undefined,
): ScriptModule | LiteModule {
  const { handle, format } = loaded;
  try {
    const guard = signature === undefined ? null : guardFromSchema(handle, signature);
    const parts = { handle, guard, extraFiles: showExtraFiles(loaded.extraFiles) };
    return format === 'lite' ? new LiteModule(parts) : new ScriptModule(parts);
  } catch (error) {
    native.module.dispose(handle);
    throw error;
  }
}

/** A source that may be loaded as it stands; null where it may be at once. */
function check(
  given: NativeSource,
  { allowFlatbuffer }: NativeOptions,
  options: LoadModuleOptions | undefined,
): Promise<NativeSource> | null {
  const rules = operatorRules(options);
  if (rules !== null) return checkedSource(given, rules);
  return allowFlatbuffer ? triedSource(given) : null;
}

function checkSync(
  given: NativeSource,
  { allowFlatbuffer }: NativeOptions,
  options: LoadModuleOptions | undefined,
): NativeSource {
  const rules = operatorRules(options);
  if (rules !== null) return checkedSourceSync(given, rules);
  return allowFlatbuffer ? triedSourceSync(given) : given;
}

/**
 * Loads a module from a path, a file URL or bytes, off the event loop. The content decides the format:
 * TorchScript (`.pt`), or the lite interpreter's bytecode (`.ptl`), also where a file has both, unless
 * `format` says otherwise; ERR_NOT_A_MODULE says what another file is and what to do with it. The type
 * is that of a ScriptModule, unless `format` or the end of the path speaks of lite. Loading runs code
 * of the file: load only what you trust, or say with `allowOperators` or `denyOperators` what it
 * may use, and ERR_OPERATOR_DENIED lists the rest before anything is run. Without a signature,
 * `forward` gives a Tensor unless the type argument says otherwise.
 *
 * @example
 * ```ts
 * import { loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt', { device: 'cpu' });
 * const y = await model.forward(randn([1, 16]));
 * using mobile = await loadModule('mlp.ptl');
 * if (mobile.format === 'lite') console.log(mobile.bytecodeVersion); // 8
 * ```
 */
export async function loadModule<const S extends SignatureSchema>(
  source: ModuleSource,
  options: LoadModuleOptions<S> & { readonly signature: S; readonly format: 'lite' },
): Promise<SignedLiteModule<S>>;
export async function loadModule<const S extends SignatureSchema>(
  source: ModuleSource,
  options: LoadModuleOptions<S> & { readonly signature: S },
): Promise<SignedModule<S>>;
export async function loadModule<Output = Tensor>(
  source: ModuleSource,
  options: UnsignedOptions & { readonly format: 'lite' },
): Promise<LiteModule<ModuleInput[], Output>>;
export async function loadModule<Output = Tensor>(
  source: ModuleSource,
  options: UnsignedOptions & { readonly format: 'auto' },
): Promise<AnyModule<ModuleInput[], Output>>;
export async function loadModule<Output = Tensor>(
  source: LitePath,
  options?: UnsignedOptions & { readonly format?: undefined },
): Promise<AnyModule<ModuleInput[], Output>>;
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
  const checked = check(given, resolved, options);
  const pending = native.module.load(checked === null ? given : await checked, resolved);
  try {
    return noteOrigin(toModule(await pending, options?.signature), given);
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
  options: LoadModuleOptions<S> & { readonly signature: S; readonly format: 'lite' },
): SignedLiteModule<S>;
export function loadModuleSync<const S extends SignatureSchema>(
  source: ModuleSource,
  options: LoadModuleOptions<S> & { readonly signature: S },
): SignedModule<S>;
export function loadModuleSync<Output = Tensor>(
  source: ModuleSource,
  options: UnsignedOptions & { readonly format: 'lite' },
): LiteModule<ModuleInput[], Output>;
export function loadModuleSync<Output = Tensor>(
  source: ModuleSource,
  options: UnsignedOptions & { readonly format: 'auto' },
): AnyModule<ModuleInput[], Output>;
export function loadModuleSync<Output = Tensor>(
  source: LitePath,
  options?: UnsignedOptions & { readonly format?: undefined },
): AnyModule<ModuleInput[], Output>;
export function loadModuleSync<Output = Tensor>(
  source: ModuleSource,
  options?: UnsignedOptions,
): ScriptModule<ModuleInput[], Output>;
export function loadModuleSync(source: ModuleSource, options?: LoadModuleOptions): unknown {
  const resolved = resolveLoadOptions(options);
  const given = toNativeSource(source);
  const loaded = native.module.loadSync(checkSync(given, resolved, options), resolved);
  return noteOrigin(toModule(loaded, options?.signature), given);
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
  shared: SharedModule & { readonly format: 'lite' },
): LiteModule<Args, Output>;
export function moduleFromShared<Args extends unknown[] = ModuleInput[], Output = Tensor>(
  shared: SharedModule,
): ScriptModule<Args, Output>;
export function moduleFromShared(shared: SharedModule): unknown {
  return shared?.format === 'lite'
    ? LiteModule.fromShared(shared)
    : ScriptModule.fromShared(shared);
}
