/** `cpp/binding/module_lite.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { ModuleSource } from './module.js';
import type { NativeModule, NativeValue } from './values.js';

export interface LiteFacts {
  readonly typeName: string;
  readonly bytecodeVersion: number;
  readonly operatorVersion: number;
  readonly metadata: Record<string, string>;
}

export interface LiteSaveOptions {
  readonly extraFiles: Record<string, Uint8Array>;
  readonly debugInfo: boolean;
  readonly flatbuffer: boolean;
  readonly bundledInputs: readonly {
    readonly method: string;
    readonly inputs: readonly (readonly NativeValue[])[];
  }[];
}

export interface LiteRoom {
  about(m: NativeModule): LiteFacts;
  namedParameters(m: NativeModule): [string, Tensor][];
  attributes(m: NativeModule, path: string): { name: string; type: string }[];
  attribute(m: NativeModule, qualifiedName: string): NativeValue;
  /** Of names as files write them ('aten::add.Tensor'), those that cannot be called here. */
  missingOperators(names: readonly string[]): string[];
  /** Of classes written in C++ ('xnnpack.LinearOpContext'), those that are not registered. */
  missingClasses(names: readonly string[]): string[];
  versions(): {
    readonly bytecode: readonly [number, number];
    readonly operators: readonly [number, number];
  };
  backport(source: ModuleSource, version: number): Promise<Uint8Array>;
  backportSync(source: ModuleSource, version: number): Uint8Array;
  /** Of TorchScript modules. */
  save(m: NativeModule, path: string, options: LiteSaveOptions): Promise<void>;
  saveSync(m: NativeModule, path: string, options: LiteSaveOptions): void;
  toBytes(m: NativeModule, options: LiteSaveOptions): Promise<Uint8Array>;
  toBytesSync(m: NativeModule, options: LiteSaveOptions): Uint8Array;
}
