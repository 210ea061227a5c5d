import type * as z from 'zod';

import type { DType } from '../tensor/dtype.js';
import type { DimPattern } from './named-dims.js';

/** Schemas of the inputs of `forward`: by name in the order of the arguments, or a z.tuple. */
export type InputSchemas = z.ZodTuple | Readonly<Record<string, z.ZodType>>;

/**
 * What `forward` takes and gives: its compile-time type, and what is checked at run time.
 * With several inputs of different types, a z.tuple types each position exactly; an object gives
 * every position the union of its types.
 *
 * @example
 * ```ts
 * import { loadModule, tensorSchema } from 'libtorch-node';
 *
 * const resnet = await loadModule('resnet.pt', {
 *   signature: {
 *     inputs: { image: tensorSchema({ dtype: 'float32', shape: ['batch', 3, 32, 32] }) },
 *     output: tensorSchema({ dtype: 'float32', shape: ['batch', 10] }),
 *   },
 * });
 * console.log(resnet.signature?.output.shape); // [batch, 10]
 * ```
 */
export interface SignatureSchema<
  I extends InputSchemas = InputSchemas,
  O extends z.ZodType = z.ZodType,
> {
  readonly inputs: I;
  readonly output: O;
}

type LastOf<U> = (U extends unknown ? (item: () => U) => void : never) extends (
  item: infer F extends () => unknown,
) => void
  ? ReturnType<F>
  : never;

/** One element for each key; only the number of keys matters, so their order does not. */
type Repeat<K, T, Out extends unknown[] = []> = [K] extends [never]
  ? Out
  : Repeat<Exclude<K, LastOf<K>>, T, [...Out, T]>;

type NamedArgs<I extends Readonly<Record<string, z.ZodType>>> =
  undefined extends z.input<I[keyof I]>
    ? Partial<Repeat<keyof I, z.input<I[keyof I]>>>
    : Repeat<keyof I, z.input<I[keyof I]>>;

type AsArray<T> = T extends unknown[] ? T : never;

/** The arguments of `forward` under a signature. */
export type SignatureArgs<S extends SignatureSchema> = AsArray<
  S['inputs'] extends z.ZodTuple
    ? z.input<S['inputs']>
    : S['inputs'] extends Readonly<Record<string, z.ZodType>>
      ? NamedArgs<S['inputs']>
      : never
>;

/** The result of `forward` under a signature. */
export type SignatureOutput<S extends SignatureSchema> = z.output<S['output']>;

/** One input or output as plain data. */
export interface ValueSignature {
  readonly name?: string;
  readonly kind: 'tensor' | 'tuple' | 'list' | 'dict' | 'object' | 'value';
  /** TorchScript's type, e.g. 'Optional[Tensor]'; zod's word for a nested value. */
  readonly type: string;
  /** Of a tensor: absent when any will do. */
  readonly dtype?: DType;
  /** Of a tensor: sizes, names that agree across the call, null for any size. */
  readonly shape?: readonly DimPattern[];
  /** It may be left out. */
  readonly optional?: boolean;
  /** It may be null. */
  readonly nullable?: boolean;
  /** Of a tuple and an object each item, of a list and a dict the one element. */
  readonly items?: readonly ValueSignature[];
}

/** What `forward` takes and gives as plain, serializable data. */
export interface ModuleSignature {
  readonly inputs: readonly ValueSignature[];
  readonly output: ValueSignature;
}
