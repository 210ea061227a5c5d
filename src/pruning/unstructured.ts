import { makeError } from '../make-error.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkAmount, type PruningAmount } from './amount.js';
import { checkName, checkNames, checkScores, checkTensor } from './arguments.js';

/** Options of `randomUnstructured`. */
export interface RandomUnstructuredOptions {
  readonly amount: PruningAmount;
}

/** Options of `l1Unstructured`. */
export interface L1UnstructuredOptions extends RandomUnstructuredOptions {
  /** What ranks the weights, in their shape; their own magnitudes unless given. */
  readonly importanceScores?: Tensor | undefined;
}

/** Options of `globalUnstructured`. */
export interface GlobalUnstructuredOptions extends RandomUnstructuredOptions {
  /** 'l1Unstructured' unless given. */
  readonly method?: 'l1Unstructured' | 'randomUnstructured' | undefined;
  /** What ranks the weights, by name; their own magnitudes where nothing is given. */
  readonly importanceScores?: Readonly<Record<string, Tensor>> | undefined;
}

/**
 * Masks the weights of smallest magnitude: the parameter becomes `<name>_orig`, beside a buffer
 * `<name>_mask`, and what the module computes with is their product, as torch.nn.utils.prune has it.
 * Gradients reach `<name>_orig`, zeros stay zeros. Pruning again counts what is left. Throws
 * ERR_MODULE_BUSY during runs, ERR_NO_ATTRIBUTE for names there are not, ERR_FROZEN for frozen modules.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * prune.l1Unstructured(model, 'fc1.weight', { amount: 0.5 });
 * console.log([...model.namedBuffers().keys()]); // [fc1.weight_mask]
 * await model.save('mlp-pruned.pt');
 * ```
 */
export function l1Unstructured<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
  options: L1UnstructuredOptions,
): ScriptModule<Args, Output> {
  const where = 'prune.l1Unstructured';
  const { handle } = requireParts(where, model);
  const names = [checkName(where, name)];
  checkOptions(where, options, ['amount', 'importanceScores']);
  const amount = checkAmount(where, options?.amount);
  const scores = checkScores(where, options?.importanceScores);
  native.pruning.prune(handle, names, { kind: 'l1Unstructured', ...amount }, [scores]);
  return model;
}

/**
 * Masks weights at random, by the global generator: the same ones as Python after the same
 * `manualSeed`. All else is as with `l1Unstructured`.
 *
 * @example
 * ```ts
 * import { loadModule, manualSeed, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * manualSeed(0);
 * prune.randomUnstructured(model, 'fc1.weight', { amount: 10 }); // ten weights
 * ```
 */
export function randomUnstructured<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
  options: RandomUnstructuredOptions,
): ScriptModule<Args, Output> {
  const where = 'prune.randomUnstructured';
  const { handle } = requireParts(where, model);
  const names = [checkName(where, name)];
  checkOptions(where, options, ['amount']);
  const amount = checkAmount(where, options?.amount);
  native.pruning.prune(handle, names, { kind: 'randomUnstructured', ...amount }, [null]);
  return model;
}

function checkMethod(where: string, value: unknown): 'l1Unstructured' | 'randomUnstructured' {
  if (value === undefined) return 'l1Unstructured';
  if (value === 'l1Unstructured' || value === 'randomUnstructured') return value;
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `${where}: method: expected 'l1Unstructured' or 'randomUnstructured', got ${describe(value)}`,
  );
}

/**
 * Masks the weights of smallest magnitude among those of several parameters together.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * prune.globalUnstructured(model, ['fc1.weight', 'fc2.weight'], { amount: 0.2 });
 * console.log(prune.sparsity(model).layers.map(({ name, sparsity }) => [name, sparsity]));
 * ```
 */
export function globalUnstructured<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  names: readonly string[],
  options: GlobalUnstructuredOptions,
): ScriptModule<Args, Output> {
  const where = 'prune.globalUnstructured';
  const { handle } = requireParts(where, model);
  const checked = checkNames(where, names);
  checkOptions(where, options, ['amount', 'method', 'importanceScores']);
  const amount = checkAmount(where, options?.amount);
  const kind = checkMethod(where, options?.method);
  checkOptions(`${where}: importanceScores`, options?.importanceScores, checked);
  const scores = checked.map((name) => checkScores(where, options?.importanceScores?.[name]));
  native.pruning.prune(handle, checked, { kind, ...amount }, scores);
  return model;
}

/**
 * Masks a parameter by a mask of its shape: 1 keeps, 0 prunes. A mask that it has already is multiplied.
 *
 * @example
 * ```ts
 * import { loadModule, prune, type Tensor } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * const weight = model.attribute<Tensor>('fc1.weight');
 * prune.customFromMask(model, 'fc1.weight', weight.gt(0));
 * ```
 */
export function customFromMask<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  name: string,
  mask: Tensor,
): ScriptModule<Args, Output> {
  const where = 'prune.customFromMask';
  const { handle } = requireParts(where, model);
  const names = [checkName(where, name)];
  const method = { kind: 'customFromMask', mask: checkTensor(where, 'mask', mask) } as const;
  native.pruning.prune(handle, names, method, [null]);
  return model;
}
