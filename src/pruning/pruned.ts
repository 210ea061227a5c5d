import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { checkName } from './arguments.js';

/**
 * Whether any parameter of the module has a mask, by its name: also one that was pruned in Python and
 * traced.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * console.log(prune.isPruned(model)); // false
 * ```
 */
export function isPruned<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): boolean {
  const { handle } = requireParts('prune.isPruned', model);
  return native.pruning.prunedNames(handle).length > 0;
}

/**
 * Makes pruning permanent: the parameter has its old name again, with zeros where the mask was 0. The
 * tensor stays the same one, so that optimizers go on with it. Throws ERR_NOT_PRUNED for a parameter
 * without a mask, ERR_MODULE_BUSY during runs.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * prune.l1Unstructured(model, 'fc1.weight', { amount: 0.5 });
 * prune.remove(model, 'fc1.weight');
 * console.log(prune.isPruned(model), prune.sparsity(model).layers[0]?.name); // false fc1
 * ```
 */
export function remove<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
): ScriptModule<Args, Output> {
  const { handle } = requireParts('prune.remove', model);
  native.pruning.remove(handle, checkName('prune.remove', name));
  return model;
}
