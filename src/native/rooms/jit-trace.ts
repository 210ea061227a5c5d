/** `cpp/binding/jit_trace.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { NativeModule, NativeValue } from './values.js';

export interface TraceMembers {
  /** The class becomes '__torch__.name'. */
  readonly name: string;
  readonly argumentNames: readonly string[];
  readonly parameters: readonly (readonly [string, Tensor])[];
  readonly buffers: readonly (readonly [string, Tensor])[];
}
export interface NativeTrace {
  readonly handle: NativeModule;
  /** Operators of the graph that draw random numbers. */
  readonly random: readonly string[];
}

export interface JitTraceRoom {
  /** Calls the function once, with copies of the examples, on this thread. */
  trace(
    fn: (...args: NativeValue[]) => NativeValue,
    examples: readonly NativeValue[],
    members: TraceMembers,
  ): NativeTrace;
  /** Whether a trace runs on this thread. */
  isTracing(): boolean;
  /** Throws ERR_TRACE_READ in a trace, naming the call. */
  refuseRead(call: string): void;
}
