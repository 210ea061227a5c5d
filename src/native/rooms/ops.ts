/** `cpp/binding/script_object.cc`, `ops.cc` and `generator.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { NativeMethod, NativeScriptObject, NativeValue } from './values.js';

export interface ScriptObjectRoom {
  methods(o: NativeScriptObject): NativeMethod[];
  run(
    o: NativeScriptObject,
    method: string,
    args: readonly NativeValue[],
    kwargs: Record<string, NativeValue> | null,
  ): NativeValue;
  attribute(o: NativeScriptObject, name: string): NativeValue;
}

/**
 * A call with tensors alone. Takes an empty Tensor for the result and the numbers of the inputs'
 * handles; answers with the number of the result's handle, with -1 or -2 where the result is the
 * first or the second input itself, or with 0 where the call must go the long way.
 */
export type ShortCall = (out: Tensor, ...handles: number[]) => number;

export interface OpsRoom {
  /**
   * A function that calls an operator: `name` is 'aten::add' (overloads resolved by the arguments) or
   * 'aten::add.Tensor'. Positional arguments, then optionally one plain object of keyword arguments.
   * Throws ERR_UNKNOWN_OPERATOR with the nearest names.
   */
  bind(name: string): (...args: NativeValue[]) => NativeValue;
  /** The short ways of the same operator, where it has them. */
  bindShort(name: string): { readonly unary?: ShortCall; readonly binary?: ShortCall };
  /**
   * Every registered operator with its schema text; whether kernels are chosen by the dispatcher
   * (others are TorchScript's own), and why JavaScript cannot call it, where it cannot.
   */
  list(): {
    name: string;
    overload: string;
    schema: string;
    dispatched: boolean;
    obstacle?: string;
  }[];
  /** Opens a compiled library and names the operators it registered. Throws ERR_OP_LIBRARY. */
  loadLibrary(path: string): Promise<string[]>;
  loadLibrarySync(path: string): string[];
}

/** Random numbers apart from a device's own. */
export interface GeneratorRoom {
  /** Makes an object a generator on a device. */
  attach(generator: object, device: string): void;
  seed(generator: object): bigint;
  setSeed(generator: object, seed: bigint): void;
  state(generator: object): Tensor;
  setState(generator: object, state: Tensor): void;
  device(generator: object): string;
}
