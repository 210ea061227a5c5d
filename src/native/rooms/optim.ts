/** `cpp/binding/optim.cc`. */
import type { Tensor } from '../../tensor/tensor.js';

declare const optimizerBrand: unique symbol;
/** Opaque handle of an optimizer. */
export interface NativeOptimizer {
  readonly [optimizerBrand]: true;
}

/** Options of one group; each kind reads its own. */
export type NativeStepOptions = Readonly<Record<string, number | boolean>>;

/** By PyTorch's names. */
export type NativeOptimizerState = Readonly<Record<string, Tensor>>;

export interface OptimRoom {
  create(kind: 'sgd' | 'adam'): NativeOptimizer;
  addGroup(optimizer: NativeOptimizer, parameters: readonly Tensor[]): void;
  /** One step with options for each group. */
  step(optimizer: NativeOptimizer, groups: readonly NativeStepOptions[]): void;
  zeroGrad(optimizer: NativeOptimizer, setToNone: boolean): void;
  /** What past steps left of the parameter of a number, counted over all groups. */
  state(optimizer: NativeOptimizer, index: number): NativeOptimizerState;
  setState(
    optimizer: NativeOptimizer,
    index: number,
    state: { readonly step: number } & Readonly<Record<string, Tensor | number>>,
  ): void;
  dispose(optimizer: NativeOptimizer): void;
}
