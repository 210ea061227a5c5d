import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';

/** How many of some weights are zero. */
export interface SparsityFigures {
  readonly zeros: number;
  readonly total: number;
  /** `zeros / total`; 0 where there are none. */
  readonly sparsity: number;
}

/** Of one parameter. */
export interface ParameterSparsity extends SparsityFigures {
  /** Its name in the layer: 'weight'. */
  readonly name: string;
  /** Whether it has a mask. */
  readonly pruned: boolean;
}

/** Of the parameters that one submodule holds itself. */
export interface LayerSparsity extends SparsityFigures {
  /** Qualified; '' for the module itself. */
  readonly name: string;
  readonly parameters: readonly ParameterSparsity[];
}

/** Of a module. */
export interface ModuleSparsity extends SparsityFigures {
  readonly layers: readonly LayerSparsity[];
}

function sum(parts: readonly SparsityFigures[]): SparsityFigures {
  const zeros = parts.reduce((count, part) => count + part.zeros, 0);
  const total = parts.reduce((count, part) => count + part.total, 0);
  return { zeros, total, sparsity: total === 0 ? 0 : zeros / total };
}

/**
 * Counts zeros in the parameters, masked ones as they are computed with, per layer and in all.
 *
 * @example
 * ```ts
 * import { loadModule, prune } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * prune.l1Unstructured(model, 'fc1.weight', { amount: 0.5 });
 * const { sparsity, layers } = prune.sparsity(model);
 * console.log(sparsity, layers[0]?.parameters[0]?.sparsity);
 * ```
 */
export function sparsity<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): ModuleSparsity {
  const { handle } = requireParts('sparsity', model);
  const layers = new Map<string, ParameterSparsity[]>();
  for (const { name, pruned, zeros, total } of native.pruning.sparsity(handle)) {
    const dot = name.lastIndexOf('.');
    const owner = name.slice(0, Math.max(0, dot));
    const parameters = layers.get(owner) ?? [];
    layers.set(owner, parameters);
    parameters.push({ name: name.slice(dot + 1), pruned, ...sum([{ zeros, total, sparsity: 0 }]) });
  }
  const list = [...layers].map(([name, parameters]) => ({ name, parameters, ...sum(parameters) }));
  return { layers: list, ...sum(list) };
}
