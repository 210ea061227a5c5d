/** `cpp/binding/module*.cc`. */
import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { NativeAutocast } from './autocast.js';
import type {
  NativeBuffer,
  NativeMethod,
  NativeModule,
  NativePool,
  NativeValue,
} from './values.js';

export interface LoadOptions {
  /** Where tensors go; null: as saved. */
  readonly device: string | null;
  /** Names to read; null: all. */
  readonly extraFiles: readonly string[] | null;
  readonly executor: 'off' | 'simple' | 'profiling';
  readonly allowFlatbuffer: boolean;
  /** What the file has to be; null: what it is, and lite where it is both. */
  readonly format: 'torchscript' | 'lite' | null;
  /** Of lite modules: operators are looked up before anything runs. */
  readonly checkOperators: boolean;
  readonly pool: NativePool | null;
}
export interface LoadedModule {
  readonly handle: NativeModule;
  readonly format: 'torchscript' | 'lite';
  readonly extraFiles: Record<string, Uint8Array>;
}
/** A path, or bytes that are read in place or copied. */
export type ModuleSource =
  | { readonly path: string }
  | { readonly buffer: NativeBuffer; readonly byteOffset: number; readonly byteLength: number };

/** One method, ready to call; schema and module are bound. */
export interface BoundMethod {
  /** Runs on this thread. */
  readonly sync: (...args: NativeValue[]) => NativeValue;
  /** Runs on the module's pool; settles with the value, or rejects with the coded error. */
  readonly async: (...args: NativeValue[]) => Promise<NativeValue>;
}
export interface RunOptions {
  readonly kwargs: Record<string, NativeValue> | null;
  readonly pool: NativePool | null;
  readonly autocast: NativeAutocast | null;
}
/** A run that can be cancelled. */
export interface NativeRun {
  readonly promise: Promise<NativeValue>;
  /** Removes queued work or lets go of running work; the promise then never settles. */
  cancel(): void;
}

export interface ModuleRoom {
  load(source: ModuleSource, options: LoadOptions): Promise<LoadedModule>;
  loadSync(source: ModuleSource, options: LoadOptions): LoadedModule;
  methods(m: NativeModule): NativeMethod[];
  bind(m: NativeModule, method: string): BoundMethod;
  run(
    m: NativeModule,
    method: string,
    args: readonly NativeValue[],
    options: RunOptions,
  ): NativeRun;
  runSync(
    m: NativeModule,
    method: string,
    args: readonly NativeValue[],
    options: RunOptions,
  ): NativeValue;
  /** Qualified type name, e.g. '__torch__.DigitsNet'. */
  typeName(m: NativeModule): string;
  namedParameters(m: NativeModule): [string, Tensor][];
  /** The same without names, each once. */
  parameters(m: NativeModule): Tensor[];
  zeroGrad(m: NativeModule, setToNone: boolean): void;
  requireGrad(m: NativeModule, requiresGrad: boolean): void;
  namedBuffers(m: NativeModule): [string, Tensor][];
  /** Qualified names with their type names; the root is ''. */
  namedModules(m: NativeModule): [string, string][];
  /** Names and types of what is neither module nor method, of the submodule at `path`. */
  attributes(m: NativeModule, path: string): { name: string; type: string }[];
  attribute(m: NativeModule, qualifiedName: string): NativeValue;
  setAttribute(m: NativeModule, qualifiedName: string, value: NativeValue): void;
  graph(m: NativeModule, method: string, inlined: boolean): string;
  code(m: NativeModule, method: string): string;
  training(m: NativeModule): boolean;
  /** Mutators: the synchronous ones throw ERR_MODULE_BUSY instead of waiting. */
  train(m: NativeModule, mode: boolean): void;
  /** Copies values in, by name; names and shapes were checked by the caller against namedParameters and namedBuffers. */
  loadStateDict(m: NativeModule, entries: readonly (readonly [string, Tensor])[]): Promise<void>;
  loadStateDictSync(m: NativeModule, entries: readonly (readonly [string, Tensor])[]): void;
  to(
    m: NativeModule,
    device: string | null,
    dtype: DType | null,
    nonBlocking: boolean,
  ): Promise<void>;
  toSync(m: NativeModule, device: string | null, dtype: DType | null, nonBlocking: boolean): void;
  clone(m: NativeModule): Promise<NativeModule>;
  cloneSync(m: NativeModule): NativeModule;
  save(m: NativeModule, path: string, extraFiles: Record<string, Uint8Array>): Promise<void>;
  saveSync(m: NativeModule, path: string, extraFiles: Record<string, Uint8Array>): void;
  toBytes(m: NativeModule, extraFiles: Record<string, Uint8Array>): Promise<Uint8Array>;
  toBytesSync(m: NativeModule, extraFiles: Record<string, Uint8Array>): Uint8Array;
  share(m: NativeModule): string;
  claim(token: string): { handle: NativeModule; format: 'torchscript' | 'lite' };
  revoke(token: string): void;
  dispose(m: NativeModule): void;
  isDisposed(m: NativeModule): boolean;
}
