import { makeError } from '../make-error.js';
import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { checkNames, checkSignal, settleModules, type TransformOptions } from './transform.js';

/**
 * A step of `optimizeForMobile`, as PyTorch's MobileOptimizerType names them.
 *
 * - `convBnFusion`: batch norms are folded into the convolutions before them.
 * - `insertFoldPrepackOps`: linear layers and 2D convolutions, transposed or not, get prepacked weights,
 *   together with the `relu`, `relu6`, `hardtanh` or `clamp` that follows.
 * - `conv1dTo2d`: 1D convolutions too, as 2D ones.
 * - `removeDropout`: dropout, which does nothing in evaluation mode, goes.
 * - `fuseAddRelu`: an addition and the `relu` of its result become one operator.
 * - `hoistConvPackedParams`: packed weights of quantized layers move up to the root; freezing does that
 *   already, so that leaving it out changes nothing.
 */
export type MobileOptimizerType =
  | 'convBnFusion'
  | 'insertFoldPrepackOps'
  | 'removeDropout'
  | 'fuseAddRelu'
  | 'hoistConvPackedParams'
  | 'conv1dTo2d';

const STEPS: ReadonlySet<string> = new Set<MobileOptimizerType>([
  'convBnFusion',
  'insertFoldPrepackOps',
  'removeDropout',
  'fuseAddRelu',
  'hoistConvPackedParams',
  'conv1dTo2d',
]);

/** Options of `optimizeForMobileSync`. */
export interface OptimizeForMobileSyncOptions {
  /** Methods and attributes that stay, besides `forward` and those of bundled inputs; all others go. */
  readonly preserve?: readonly string[] | undefined;
  /** Steps to leave out; none unless given. */
  readonly blocklist?: readonly MobileOptimizerType[] | undefined;
}

/** Options of `optimizeForMobile`. */
export interface OptimizeForMobileOptions extends OptimizeForMobileSyncOptions, TransformOptions {}

type NativeOptions = readonly [preserved: readonly string[], blocklist: readonly string[]];

function resolve(
  where: string,
  options: OptimizeForMobileOptions | undefined,
  more: string[],
): NativeOptions {
  checkOptions(where, options, ['preserve', 'blocklist', ...more]);
  const preserved = checkNames(`${where}: preserve`, options?.preserve);
  const blocklist = checkNames(`${where}: blocklist`, options?.blocklist);
  const unknown = blocklist.find((name) => !STEPS.has(name));
  if (unknown === undefined) return [preserved, blocklist];
  const known = [...STEPS].join(', ');
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `${where}: blocklist: expected any of ${known}, got ${describe(unknown)}`,
  );
}

/**
 * A frozen copy for phones, as PyTorch's `optimize_for_mobile` makes it: batch norms folded, dropout
 * removed, additions and `relu` fused, weights prepacked for XNNPACK. Its results are those of the source
 * but for rounding, and the source stays as it is. Throws ERR_TRAINING in training mode, ERR_NO_ATTRIBUTE
 * for names there are not.
 *
 * Save it with `saveLite`, or `save`. What is prepacked runs where XNNPACK is (phones, PyTorch up to 2.12) and
 * in this package, which computes it without XNNPACK; PyTorch 2.13 itself cannot load it. For a file that
 * loads everywhere leave `insertFoldPrepackOps` out. Layers whose weights are computed, or are not float32,
 * and convolutions with padding by name stay as they are.
 *
 * @example
 * ```ts
 * import { jit, loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * using mobile = await jit.optimizeForMobile(model.eval());
 * const y = await mobile.forward(randn([1, 3, 32, 32]));
 * console.log(y.shape); // [1, 10]
 * ```
 */
export async function optimizeForMobile<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: OptimizeForMobileOptions,
): Promise<ScriptModule<Args, Output>> {
  const where = 'optimizeForMobile';
  const parts = requireParts(where, model);
  const resolved = resolve(where, options, ['signal']);
  const signal = checkSignal(where, options?.signal);
  const start = (): Promise<NativeModule[]> => {
    return native.jit.optimizeForMobile(parts.handle, ...resolved);
  };
  const [handle] = await settleModules(start, signal);
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}

/**
 * `optimizeForMobile` on this thread.
 *
 * @example
 * ```ts
 * import { jit, loadModuleSync, ones } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using portable = jit.optimizeForMobileSync(model, { blocklist: ['insertFoldPrepackOps'] });
 * console.log(portable.forwardSync(ones([2, 16])).shape); // [2, 4]
 * ```
 */
export function optimizeForMobileSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: OptimizeForMobileSyncOptions,
): ScriptModule<Args, Output> {
  const where = 'optimizeForMobileSync';
  const parts = requireParts(where, model);
  const [handle] = native.jit.optimizeForMobileSync(parts.handle, ...resolve(where, options, []));
  return new ScriptModule({ ...parts, handle: handle as NativeModule });
}
