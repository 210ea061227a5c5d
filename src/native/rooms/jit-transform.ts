/** `cpp/binding/jit_transform.cc` and `cpp/binding/jit_graph.cc`. */
import type { NativeModule, NativeValue } from './values.js';

export interface JitTransformRoom {
  /** New modules over copied weights; names and methods are checked natively. */
  freeze(
    m: NativeModule,
    preserved: readonly string[],
    optimizeNumerics: boolean,
  ): Promise<NativeModule[]>;
  freezeSync(
    m: NativeModule,
    preserved: readonly string[],
    optimizeNumerics: boolean,
  ): NativeModule[];
  optimizeForInference(m: NativeModule, methods: readonly string[]): Promise<NativeModule[]>;
  optimizeForInferenceSync(m: NativeModule, methods: readonly string[]): NativeModule[];
  optimizeForMobile(
    m: NativeModule,
    preserved: readonly string[],
    blocklist: readonly string[],
  ): Promise<NativeModule[]>;
  optimizeForMobileSync(
    m: NativeModule,
    preserved: readonly string[],
    blocklist: readonly string[],
  ): NativeModule[];
  /** Head and tail, over the same weights. */
  split(m: NativeModule, at: number | string): Promise<NativeModule[]>;
  splitSync(m: NativeModule, at: number | string): NativeModule[];
  /** Plain data, as `jit.graphData` gives it. */
  graphData(m: NativeModule, method: string, inlined: boolean, simplified: boolean): unknown;
  /** After a run with these arguments, which tells shapes. */
  observedGraphData(
    m: NativeModule,
    method: string,
    inlined: boolean,
    simplified: boolean,
    examples: readonly NativeValue[],
  ): Promise<unknown>;
}
