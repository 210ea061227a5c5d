import { makeError } from '../make-error.js';
import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import type { ModuleInput, ModuleValue } from '../module/value.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { checkSignal, settleModules, type TransformOptions } from './transform.js';

/** Options of `split`. */
export interface SplitOptions extends TransformOptions {}

/** The two halves of a module: what the head gives is what the tail takes. */
export type SplitModule<Args extends unknown[], Output> = [
  head: ScriptModule<Args, ModuleValue & ModuleInput>,
  tail: ScriptModule<[ModuleInput], Output>,
];

function checkPoint(where: string, at: unknown): number | string {
  if (Number.isInteger(at) || (typeof at === 'string' && at !== '')) return at as number | string;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected the number of a child, or its qualified name, got ${describe(at)}`,
  );
}

function toModules<Args extends unknown[], Output>(
  handles: readonly NativeModule[],
): SplitModule<Args, Output> {
  const [head, tail] = handles.map((handle) => {
    return new ScriptModule<never[], never>({ handle, guard: null, extraFiles: {} });
  });
  return [head, tail] as unknown as SplitModule<Args, Output>;
}

/**
 * Two modules over the same weights, without a copy, with `tail(head(x)) = model(x)`. The tail begins at
 * the child of that number in the order of the calls, or of that qualified name: `'layer3'`,
 * `'features.4'`. Where more than one value is needed behind that point, the head gives them as a tuple,
 * which the tail takes. Both can be saved, and shared with workers; they wait for each other's mutators, as
 * for those of the source. Throws ERR_NOT_SPLITTABLE, which says why, and ERR_OUT_OF_RANGE.
 *
 * @example
 * ```ts
 * import { jit, loadModule, ones } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * const [head, tail] = await jit.split(model, 'fc2');
 * const x = ones([1, 16]);
 * const y = await tail.forward(await head.forward(x));
 * console.log(y.equal(await model.forward(x))); // true
 * ```
 */
export async function split<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  at: number | string,
  options?: SplitOptions,
): Promise<SplitModule<Args, Output>> {
  const { handle } = requireParts('split', model);
  const point = checkPoint('split', at);
  checkOptions('split', options, ['signal']);
  const signal = checkSignal('split', options?.signal);
  return toModules(await settleModules(() => native.jit.split(handle, point), signal));
}

/**
 * `split` on this thread.
 *
 * @example
 * ```ts
 * import { jit, loadModuleSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * const [head, tail] = jit.splitSync(model, 1);
 * console.log([...tail.namedParameters().keys()]); // [fc2.weight, fc2.bias]
 * ```
 */
export function splitSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  at: number | string,
): SplitModule<Args, Output> {
  const { handle } = requireParts('splitSync', model);
  return toModules(native.jit.splitSync(handle, checkPoint('splitSync', at)));
}
