/** The types that signatures of operators are written in. */
import type { Float } from '../module/float.js';
import type { Complex } from '../tensor/typed-array.js';

export type { Float } from '../module/float.js';
export type { ScriptObject } from '../module/script-object.js';
export type { DType } from '../tensor/dtype.js';
export type { Device, MemoryFormat } from '../tensor/options.js';
export type { Tensor } from '../tensor/tensor.js';
export type { Complex } from '../tensor/typed-array.js';
export type { Generator } from './generator.js';

/** An operator that is ready to be called. */
export type Bound = (...args: unknown[]) => unknown;

/** An integer of 64 bits: a number in the safe range, or a bigint. */
export type Int = number | bigint;

/** Integers, as sizes or dimensions. */
export type Ints = readonly Int[];

/** A number where an operator takes a float. */
export type FloatLike = number | Float;

/**
 * A number whose kind matters: integral numbers and bigints are ints, fractions floats, `float(2)`
 * is a float.
 */
export type Scalar = number | bigint | boolean | Complex | Float;

/** How elements are laid out. */
export type Layout =
  | 'strided'
  | 'sparse_coo'
  | 'sparse_csr'
  | 'sparse_csc'
  | 'sparse_bsr'
  | 'sparse_bsc'
  | 'mkldnn';

/** Several results, by position and by name. */
export type Named<T extends readonly unknown[], N extends string> = T & {
  readonly [K in N]: T[number];
};

/** What objects of keyword arguments have in common: they are no tensors. */
export interface Keywords {
  [Symbol.dispose]?: never;
}
