/**
 * The typed mirror of the addon: the only place where the shape of the `.node` file is written down.
 * Same rooms, same names as `cpp/binding`.
 */
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import type { TensorProperties } from '../tensor/tensor-properties.js';
import type { TypedArray } from '../tensor/typed-array.js';

/** What the addon needs from JavaScript; handed over once per environment. */
export interface NativeHooks {
  /** The public class: native code makes instances with `new Tensor(token)` and wraps them. */
  readonly Tensor: new (
    token: object,
  ) => Tensor;
  /** Proof that a `Tensor` is being made by native code. */
  readonly token: object;
  /** Makes the public handle of a script object. */
  readonly wrapScriptObject: (handle: NativeScriptObject, typeName: string) => unknown;
  /** Makes the error for a code and a message; native code throws it or rejects with it. */
  readonly makeError: (code: string, message: string, detail: string | null) => Error;
  /** Receives LibTorch's warnings of this environment, on its own thread. */
  readonly warn: (message: string, category: string) => void;
}

declare const moduleBrand: unique symbol;
declare const objectBrand: unique symbol;
declare const poolBrand: unique symbol;
/** Opaque handles: type-tagged native objects, checked on every use. */
export interface NativeModule {
  readonly [moduleBrand]: true;
}
export interface NativeScriptObject {
  readonly [objectBrand]: true;
}
export interface NativePool {
  readonly [poolBrand]: true;
}

/** Any JavaScript value that crosses as an IValue. */
export type NativeValue = unknown;

/** Memory that can be read in place. */
export type NativeBuffer = ArrayBuffer | SharedArrayBuffer;

export interface NativeArgument {
  readonly name: string;
  readonly type: string;
  /** Absent when there is no default. */
  readonly default?: NativeValue;
  /** True where a default exists that JavaScript cannot show. */
  readonly hasDefault: boolean;
  readonly kwOnly: boolean;
}
export interface NativeMethod {
  readonly name: string;
  readonly args: readonly NativeArgument[];
  readonly returns: string;
  readonly stateful: boolean;
}

export interface NativeMemoryUsage {
  readonly tensors: number;
  readonly cpuBytes: number;
  readonly cudaBytes: number;
  readonly externalBytes: number;
}

/** `data` of a tensor: a window on the one buffer of its storage. */
export interface NativeView {
  readonly buffer: NativeBuffer;
  readonly byteOffset: number;
  /** Elements of the tensor. */
  readonly length: number;
}

export interface TensorRoom {
  /** Copies `byteLength` bytes at `byteOffset` of the buffer into a new CPU tensor. */
  fromData(
    buffer: NativeBuffer,
    byteOffset: number,
    dtype: DType,
    shape: readonly number[],
  ): Tensor;
  /** Shares the buffer's memory where it can be pinned, else copies. */
  fromBuffer(
    buffer: NativeBuffer,
    byteOffset: number,
    dtype: DType,
    shape: readonly number[],
  ): Tensor;
  shape(t: TensorProperties): number[];
  stride(t: TensorProperties): number[];
  storageOffset(t: TensorProperties): number;
  dim(t: TensorProperties): number;
  numel(t: TensorProperties): number;
  dtype(t: TensorProperties): DType;
  /** 'cpu', 'cuda:0', ... */
  device(t: TensorProperties): string;
  isContiguous(t: TensorProperties, memoryFormat: string): boolean;
  isPinned(t: TensorProperties): boolean;
  requiresGrad(t: TensorProperties): boolean;
  sharesMemory(t: TensorProperties): boolean;
  /** Throws ERR_NO_VIEW, saying which call to make, for what has no direct view. */
  data(t: Tensor): TypedArray | NativeView;
  /** A copy in row-major order, of the tensor's own element type; synchronizes the device. */
  read(t: Tensor): ArrayBuffer;
  /** The same as a typed array (Uint16Array for 16-bit floats); null where `read` has to convert first. */
  readTyped(t: Tensor): TypedArray | null;
  /** The same off the event loop. */
  readAsync(t: Tensor): Promise<ArrayBuffer>;
  /** The one element: number, bigint (int64 and uint64, always), boolean or { re, im }. */
  item(t: Tensor): number | bigint | boolean | { re: number; im: number };
  /** Copies elements in; the byte count must be numel * itemsize. */
  copyFrom(t: Tensor, buffer: NativeBuffer, byteOffset: number, byteLength: number): void;
  /** dtype or device may be null: unchanged. */
  toAsync(t: Tensor, device: string | null, dtype: DType | null): Promise<Tensor>;
  dispose(t: Tensor): void;
  isDisposed(t: TensorProperties): boolean;
  /** Puts the memory into the process-wide table; the token is claimable in any environment until revoked. */
  share(t: Tensor): string;
  claim(token: string): Tensor;
  revoke(token: string): void;
  memoryUsage(): NativeMemoryUsage;
}

export interface LoadOptions {
  /** Where tensors go; null: as saved. */
  readonly device: string | null;
  /** Names to read; null: all. */
  readonly extraFiles: readonly string[] | null;
  readonly executor: 'off' | 'simple' | 'profiling';
  readonly allowFlatbuffer: boolean;
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

export interface NativeMemoryStat {
  readonly current: number;
  readonly peak: number;
  readonly allocated: number;
  readonly freed: number;
}
export interface NativeCudaMemory {
  readonly allocatedBytes: NativeMemoryStat;
  readonly reservedBytes: NativeMemoryStat;
  readonly activeBytes: NativeMemoryStat;
  readonly numAllocRetries: number;
  readonly numOoms: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}
export interface DeviceRoom {
  cudaIsAvailable(): boolean;
  cudaDeviceCount(): number;
  cudaMemoryStats(index: number): NativeCudaMemory;
  cudaResetPeakMemoryStats(index: number): void;
  cudaEmptyCache(): void;
  cudaSynchronize(index: number | null): Promise<void>;
  cudaSynchronizeSync(index: number | null): void;
}

export interface NativeBackends {
  readonly version: string;
  readonly devices: string[];
  readonly quantizedEngines: string[];
  readonly quantizedEngine: string;
  readonly mkldnn: boolean;
  readonly mkl: boolean;
  readonly openmp: boolean;
  readonly cpuCapability: string;
  readonly intraOpThreads: number;
  readonly interOpThreads: number;
  readonly config: string;
}
export interface RuntimeRoom {
  createPool(options: { threads: number; intraOpThreads: number }): NativePool;
  closePool(pool: NativePool): void;
  poolInfo(pool: NativePool | null): {
    threads: number;
    intraOpThreads: number;
    queued: number;
    running: number;
  };
  /** Shapes the default pool; throws ERR_POOL_STARTED after its first use. */
  configure(options: { threads: number; intraOpThreads: number }): void;
  /** Intra-op threads of the calling thread: what synchronous calls use. */
  setNumThreads(count: number): void;
  backends(): NativeBackends;
  /** At the main thread's exit: a worker inside a synchronous run may hold it up for a second, not more. */
  limitExit(status: number): void;
  manualSeed(seed: number | bigint): void;
}

export interface NativeAddon {
  initialize(hooks: NativeHooks): void;
  /** LibTorch the addon was compiled against. */
  readonly builtFor: string;
  readonly tensor: TensorRoom;
  readonly module: ModuleRoom;
  readonly scriptObject: ScriptObjectRoom;
  readonly ops: OpsRoom;
  readonly generator: GeneratorRoom;
  readonly device: DeviceRoom;
  readonly runtime: RuntimeRoom;
}
