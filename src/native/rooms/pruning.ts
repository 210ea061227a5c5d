/** `cpp/binding/pruning*.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { NativeModule } from './values.js';

/** Names as they are in the namespace `prune`. */
export type NativePruningKind =
  | 'l1Unstructured'
  | 'randomUnstructured'
  | 'lnStructured'
  | 'randomStructured'
  | 'customFromMask';

export interface NativePruningMethod {
  readonly kind: NativePruningKind;
  readonly amount?: number;
  /** Whether the amount is a number of weights or channels, not a fraction. */
  readonly counts?: boolean;
  readonly n?: number | string;
  readonly dim?: number;
  readonly mask?: Tensor;
}

export interface NativeSparsity {
  readonly name: string;
  readonly pruned: boolean;
  readonly zeros: number;
  readonly total: number;
}

export interface NativeShrunk {
  readonly module: NativeModule;
  readonly shrunk: readonly {
    readonly name: string;
    readonly before: number;
    readonly after: number;
  }[];
  readonly kept: readonly {
    readonly name: string;
    readonly channels: number;
    readonly reason: string;
  }[];
}

/** The channels that a layer gives, and the parameters that have to be pruned for them to be empty. */
export interface NativeChannels {
  readonly name: string;
  readonly channels: number;
  readonly weight: string;
  /** Biases and batch norms. */
  readonly others: readonly string[];
  /** Why channels cannot be cut out; empty when they can. */
  readonly blocked: string;
}

export interface PruningRoom {
  /** Several names are ranked together; scores are as many, null where the weights themselves rank. */
  prune(
    m: NativeModule,
    names: readonly string[],
    method: NativePruningMethod,
    scores: readonly (Tensor | null)[],
  ): void;
  remove(m: NativeModule, name: string): void;
  prunedNames(m: NativeModule): string[];
  sparsity(m: NativeModule): NativeSparsity[];
  shrink(m: NativeModule): Promise<NativeShrunk>;
  shrinkSync(m: NativeModule): NativeShrunk;
  /** Of every convolution and linear layer. */
  channels(m: NativeModule): Promise<NativeChannels[]>;
}
