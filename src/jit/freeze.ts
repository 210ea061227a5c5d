import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { checkOptions } from '../tensor/options.js';
import { checkNames, checkSignal, settleModules, type TransformOptions } from './transform.js';

/** Options of `freezeSync`. */
export interface FreezeSyncOptions {
  /** Methods and attributes that stay, besides `forward`; all others go. */
  readonly preservedAttributes?: readonly string[] | undefined;
  /** Whether to fold batch norms and constant arithmetic into weights, which rounds differently; true unless given. */
  readonly optimizeNumerics?: boolean | undefined;
}

/** Options of `freeze`. */
export interface FreezeOptions extends FreezeSyncOptions, TransformOptions {}

type NativeOptions = readonly [preserved: readonly string[], optimizeNumerics: boolean];

function resolve(where: string, options: FreezeOptions | undefined, more: string[]): NativeOptions {
  checkOptions(where, options, ['preservedAttributes', 'optimizeNumerics', ...more]);
  const preserved = checkNames(`${where}: preservedAttributes`, options?.preservedAttributes);
  return [preserved, options?.optimizeNumerics !== false];
}

/**
 * A frozen copy: attributes become constants, submodules are inlined, batch norms are folded into
 * convolutions. The copy has memory of its own, and the source stays as it is. What is frozen cannot be
 * moved, trained or loaded with other weights. Throws ERR_TRAINING in training mode, ERR_NO_ATTRIBUTE for
 * names there are not.
 *
 * @example
 * ```ts
 * import { jit, loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * using frozen = await jit.freeze(model.eval());
 * console.log(frozen.namedParameters().size); // 0
 * const y = await frozen.forward(randn([1, 3, 32, 32]));
 * ```
 */
export async function freeze<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: FreezeOptions,
): Promise<ScriptModule<Args, Output>> {
  const parts = requireParts('freeze', model);
  const resolved = resolve('freeze', options, ['signal']);
  const signal = checkSignal('freeze', options?.signal);
  const [handle] = await settleModules(() => native.jit.freeze(parts.handle, ...resolved), signal);
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}

/**
 * `freeze` on this thread.
 *
 * @example
 * ```ts
 * import { jit, loadModuleSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('digits-scripted.pt');
 * using frozen = jit.freezeSync(model, { preservedAttributes: ['probabilities'] });
 * console.log(frozen.methods.map(({ name }) => name)); // [forward, probabilities]
 * ```
 */
export function freezeSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: FreezeSyncOptions,
): ScriptModule<Args, Output> {
  const parts = requireParts('freezeSync', model);
  const resolved = resolve('freezeSync', options, []);
  const [handle] = native.jit.freezeSync(parts.handle, ...resolved);
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}
