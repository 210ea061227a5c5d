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

export interface OpsRoom {
  /**
   * A function that calls an operator: `name` is 'aten::add' (overloads resolved by the arguments) or
   * 'aten::add.Tensor'. Positional arguments, then optionally one plain object of keyword arguments.
   * Throws ERR_UNKNOWN_OPERATOR with the nearest names.
   */
  bind(name: string): (...args: NativeValue[]) => NativeValue;
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
