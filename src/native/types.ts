/**
 * The typed mirror of the addon: the only place where the shape of the `.node` file is written down.
 * Same rooms, same names as `cpp/binding`.
 */
import type { Tensor } from '../tensor/tensor.js';
import type { AutocastRoom } from './rooms/autocast.js';
import type { AutogradRoom } from './rooms/autograd.js';
import type { DeviceRoom } from './rooms/device.js';
import type { JitRoom } from './rooms/jit.js';
import type { LiteRoom } from './rooms/lite.js';
import type { MathModeRoom } from './rooms/math-mode.js';
import type { ModuleRoom } from './rooms/module.js';
import type { GeneratorRoom, OpsRoom, ScriptObjectRoom } from './rooms/ops.js';
import type { OptimRoom } from './rooms/optim.js';
import type { ProfilerRoom } from './rooms/profiler.js';
import type { PruningRoom } from './rooms/pruning.js';
import type { QuantizationRoom } from './rooms/quantization.js';
import type { RuntimeRoom } from './rooms/runtime.js';
import type { TensorRoom } from './rooms/tensor.js';
import type { NativeScriptObject } from './rooms/values.js';

export type * from './rooms/autocast.js';
export type * from './rooms/autograd.js';
export type * from './rooms/device.js';
export type * from './rooms/jit.js';
export type * from './rooms/jit-compile.js';
export type * from './rooms/jit-trace.js';
export type * from './rooms/lite.js';
export type * from './rooms/math-mode.js';
export type * from './rooms/module.js';
export type * from './rooms/ops.js';
export type * from './rooms/optim.js';
export type * from './rooms/profiler.js';
export type * from './rooms/pruning.js';
export type * from './rooms/quantization.js';
export type * from './rooms/quantization-dynamic.js';
export type * from './rooms/quantization-engine.js';
export type * from './rooms/quantization-static.js';
export type * from './rooms/quantization-weights.js';
export type * from './rooms/runtime.js';
export type * from './rooms/tensor.js';
export type * from './rooms/values.js';

/** What the addon needs from JavaScript; handed over once per environment. */
export interface NativeHooks {
  /**
   * The public class: native code makes instances with `new Tensor(token, handle)` and wraps them;
   * the number of the handle is what short calls of operators pass back.
   */
  readonly Tensor: new (
    token: object,
    handle: number,
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

export interface NativeAddon {
  initialize(hooks: NativeHooks): void;
  /** LibTorch the addon was compiled against. */
  readonly builtFor: string;
  readonly tensor: TensorRoom;
  readonly module: ModuleRoom;
  readonly lite: LiteRoom;
  readonly scriptObject: ScriptObjectRoom;
  readonly ops: OpsRoom;
  readonly generator: GeneratorRoom;
  readonly jit: JitRoom;
  readonly pruning: PruningRoom;
  readonly autograd: AutogradRoom;
  readonly optim: OptimRoom;
  readonly quantization: QuantizationRoom;
  readonly device: DeviceRoom;
  readonly runtime: RuntimeRoom;
  readonly autocast: AutocastRoom;
  readonly mathMode: MathModeRoom;
  readonly profiler: ProfilerRoom;
}
