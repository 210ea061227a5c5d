import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkAmount, type PruningAmount } from './amount.js';
import { checkDim, checkName, checkNorm, checkScores, type NormOrder } from './arguments.js';

/** Options of `randomStructured`. */
export interface RandomStructuredOptions {
  readonly amount: PruningAmount;
  /** Along which dimension channels lie: 0 for what a layer gives, 1 for what it takes. */
  readonly dim: number;
}

/** Options of `lnStructured`. */
export interface LnStructuredOptions extends RandomStructuredOptions {
  /** The order of the norm by which channels rank. */
  readonly n: NormOrder;
  /** What ranks the channels, in the parameter's shape; its own values unless given. */
  readonly importanceScores?: Tensor | undefined;
}

/**
 * Masks whole channels, those of smallest norm. `shrink` then cuts them out. All else is as with
 * `l1Unstructured`; throws ERR_VALUE for parameters of one dimension.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * prune.lnStructured(model, 'conv1.weight', { amount: 0.3, n: 2, dim: 0 });
 * ```
 */
export function lnStructured<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
  options: LnStructuredOptions,
): ScriptModule<Args, Output> {
  const where = 'prune.lnStructured';
  const { handle } = requireParts(where, model);
  const names = [checkName(where, name)];
  checkOptions(where, options, ['amount', 'n', 'dim', 'importanceScores']);
  const amount = checkAmount(where, options?.amount);
  const n = checkNorm(where, options?.n);
  const dim = checkDim(where, options?.dim);
  const scores = checkScores(where, options?.importanceScores);
  native.pruning.prune(handle, names, { kind: 'lnStructured', ...amount, n, dim }, [scores]);
  return model;
}

/**
 * Masks whole channels at random, by the global generator.
 *
 * @example
 * ```ts
 * import { loadModule, manualSeed, prune } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * manualSeed(0);
 * prune.randomStructured(model, 'conv1.weight', { amount: 2, dim: 0 });
 * ```
 */
export function randomStructured<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
  options: RandomStructuredOptions,
): ScriptModule<Args, Output> {
  const where = 'prune.randomStructured';
  const { handle } = requireParts(where, model);
  const names = [checkName(where, name)];
  checkOptions(where, options, ['amount', 'dim']);
  const amount = checkAmount(where, options?.amount);
  const dim = checkDim(where, options?.dim);
  native.pruning.prune(handle, names, { kind: 'randomStructured', ...amount, dim }, [null]);
  return model;
}
