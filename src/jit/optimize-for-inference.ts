import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { checkOptions } from '../tensor/options.js';
import { checkNames, checkSignal, settleModules, type TransformOptions } from './transform.js';

/** Options of `optimizeForInferenceSync`. */
export interface OptimizeForInferenceSyncOptions {
  /** Methods that stay and are optimized, besides `forward`; all others go. */
  readonly methods?: readonly string[] | undefined;
}

/** Options of `optimizeForInference`. */
export interface OptimizeForInferenceOptions
  extends OptimizeForInferenceSyncOptions,
    TransformOptions {}

function resolve(
  where: string,
  options: OptimizeForInferenceOptions | undefined,
  more: string[],
): readonly string[] {
  checkOptions(where, options, ['methods', ...more]);
  return checkNames(`${where}: methods`, options?.methods);
}

/**
 * A frozen copy whose graphs are rewritten for speed on this machine: linear layers with prepared
 * weights, convolutions with their activations, oneDNN's layouts where that pays. The source stays as it
 * is. Measure: for many models it gains nothing over `freeze`. Throws ERR_TRAINING in training mode,
 * ERR_NO_METHOD for methods there are not.
 *
 * @example
 * ```ts
 * import { jit, loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * using fast = await jit.optimizeForInference(model);
 * console.log((await fast.forward(randn([1, 3, 32, 32]))).shape); // [1, 10]
 * ```
 */
export async function optimizeForInference<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: OptimizeForInferenceOptions,
): Promise<ScriptModule<Args, Output>> {
  const where = 'optimizeForInference';
  const parts = requireParts(where, model);
  const methods = resolve(where, options, ['signal']);
  const signal = checkSignal(where, options?.signal);
  const start = (): Promise<NativeModule[]> => {
    return native.jit.optimizeForInference(parts.handle, methods);
  };
  const [handle] = await settleModules(start, signal);
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}

/**
 * `optimizeForInference` on this thread.
 *
 * @example
 * ```ts
 * import { jit, loadModuleSync, ones } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using fast = jit.optimizeForInferenceSync(model);
 * console.log(fast.forwardSync(ones([2, 16])).shape); // [2, 4]
 * ```
 */
export function optimizeForInferenceSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: OptimizeForInferenceSyncOptions,
): ScriptModule<Args, Output> {
  const where = 'optimizeForInferenceSync';
  const parts = requireParts(where, model);
  const methods = resolve(where, options, []);
  const [handle] = native.jit.optimizeForInferenceSync(parts.handle, methods);
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}
