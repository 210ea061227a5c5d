import { tensorList } from '../autograd/tensor-list.js';
import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeOptimizer } from '../native/types.js';
import { isTensor } from '../ops/is-tensor.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkGroup, type Fields, stepOptions } from './options.js';
import { type OptimizerStateDict, readStateDict } from './state-dict.js';
import { setsToNone, type ZeroGradOptions } from './zero-grad.js';

/** Parameters with options of their own; those that are left out are the optimizer's. */
export type ParamGroupInput<O extends object> = Partial<O> & {
  readonly params: Tensor | Iterable<Tensor>;
};
/** What an optimizer is made for: tensors, or groups of them. */
export type OptimizerParams<O extends object> = Iterable<Tensor> | Iterable<ParamGroupInput<O>>;
/** A group of parameters and its options, which may be changed between steps. */
export type ParamGroup<O extends object> = O & { readonly params: readonly Tensor[] };

/**
 * What PyTorch's optimizers have in common.
 *
 * @example
 * ```ts
 * import { ones, optim } from 'libtorch-node';
 *
 * const [a, b] = [ones([2], { requiresGrad: true }), ones([3], { requiresGrad: true })];
 * const optimizer: optim.Optimizer<optim.SGDOptions> = new optim.SGD([
 *   { params: a, lr: 0.1 },
 *   { params: b, lr: 0.01 },
 * ]);
 * console.log(optimizer.paramGroups.map(({ lr }) => lr)); // [0.1, 0.01]
 * ```
 */
export abstract class Optimizer<O extends object> {
  /** Groups of parameters and their options: `optimizer.paramGroups[0].lr = 0.01`. */
  readonly paramGroups: ParamGroup<O>[] = [];
  readonly #handle: NativeOptimizer;
  readonly #fields: Fields;
  readonly #hidden: Readonly<Record<string, number | boolean>>;
  readonly #defaults: Record<string, unknown>;

  /** @internal */
  constructor(
    kind: 'sgd' | 'adam',
    params: OptimizerParams<O>,
    options: Partial<O> | undefined,
    fields: Fields,
    hidden: Readonly<Record<string, number | boolean>> = {},
  ) {
    this.#fields = fields;
    this.#hidden = hidden;
    const given = checkOptions(this.#name, options, Object.keys(fields));
    this.#defaults = Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        (given as Record<string, unknown> | undefined)?.[name] ?? field.default,
      ]),
    );
    this.#handle = native.optim.create(kind);
    for (const group of this.#groupsOf(params)) this.addParamGroup(group);
  }

  /** Adds parameters with options of their own, as for layers that are unfrozen later. */
  addParamGroup(group: ParamGroupInput<O>): void {
    const { params, ...options } = group;
    checkOptions(this.#name, options, Object.keys(this.#fields));
    const list = isTensor(params) ? [params as Tensor] : [...(params as Iterable<Tensor>)];
    const made = {
      ...this.#defaults,
      ...options,
      params: tensorList(`${this.#name}: params`, list),
    };
    this.check(made as unknown as ParamGroup<O>);
    native.optim.addGroup(this.#handle, made.params);
    this.paramGroups.push(made as unknown as ParamGroup<O>);
  }

  /** Changes each parameter that has a gradient, on this thread. */
  step(): void {
    const groups = this.paramGroups.map((group) => ({
      ...stepOptions(this.#name, this.#fields, group),
      ...this.#hidden,
    }));
    native.optim.step(this.#handle, groups);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(options?: ZeroGradOptions): void {
    native.optim.zeroGrad(this.#handle, setsToNone(this.#name, options));
  }

  /** State and options by PyTorch's names; the tensors are the optimizer's own. */
  stateDict(): OptimizerStateDict {
    const state = new Map<number, Readonly<Record<string, Tensor>>>();
    let next = 0;
    const groups = this.paramGroups.map((group) => {
      const params = group.params.map(() => next++);
      const options = Object.entries(this.#fields).map(([name, { python }]) => [
        python,
        (group as Record<string, unknown>)[name],
      ]);
      return { ...Object.fromEntries(options), params };
    });
    for (let index = 0; index < next; index++) {
      const own = native.optim.state(this.#handle, index);
      if (Object.keys(own).length > 0) state.set(index, own);
    }
    return { state, param_groups: groups };
  }

  /**
   * Takes copies of a state, as `stateDict` or Python's `state_dict` gave it, also read by `load`.
   *
   * @throws LoadError `ERR_STATE_DICT` for other groups, numbers or shapes of parameters.
   */
  loadStateDict(stateDict: OptimizerStateDict | object): void {
    const sizes = this.paramGroups.map(({ params }) => params.length);
    const { states, groups } = readStateDict(stateDict, this.#fields, sizes);
    const merged = this.paramGroups.map((group, i) => ({ ...group, ...groups[i] }));
    for (const group of merged) this.check(group);
    for (const [index, state] of states.entries()) {
      native.optim.setState(this.#handle, index, state);
    }
    for (const [i, group] of this.paramGroups.entries()) Object.assign(group, groups[i]);
  }

  /** Lets parameters and state go. */
  dispose(): void {
    native.optim.dispose(this.#handle);
  }
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Throws for options that do not go together. @internal */
  protected check(group: ParamGroup<O>): void {
    checkGroup(this.#name, this.#fields, group);
  }

  get #name(): string {
    return `optim.${this.constructor.name}`;
  }

  #groupsOf(params: OptimizerParams<O>): ParamGroupInput<O>[] {
    if (
      isTensor(params) ||
      typeof (params as Iterable<unknown>)?.[Symbol.iterator] !== 'function'
    ) {
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `${this.#name}: expected an array of Tensors or of groups, got ${describe(params)}`,
      );
    }
    const list = [...(params as Iterable<unknown>)];
    const isGroup = (item: unknown): boolean =>
      typeof item === 'object' && item !== null && !isTensor(item) && 'params' in item;
    if (list.length > 0 && list.every(isGroup)) return list as ParamGroupInput<O>[];
    return [{ params: list } as unknown as ParamGroupInput<O>];
  }
}
