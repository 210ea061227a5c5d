/** Modules made without Python: the namespace `jit`. */

export {
  type CompileOptions,
  type ConstantValue,
  compile,
  type Submodule,
  type TypedAttribute,
} from './compile.js';
export type { DrawDirection } from './draw/dot.js';
export type { DrawGraphOptions } from './draw-graph.js';
export { drawGraph } from './draw-graph.js';
export type { FreezeOptions, FreezeSyncOptions } from './freeze.js';
export { freeze, freezeSync } from './freeze.js';
export type {
  GraphBlock,
  GraphData,
  GraphDataOptions,
  GraphInput,
  GraphNode,
  GraphSource,
  GraphValue,
} from './graph-data.js';
export { graphData } from './graph-data.js';
export type {
  OptimizeForInferenceOptions,
  OptimizeForInferenceSyncOptions,
} from './optimize-for-inference.js';
export { optimizeForInference, optimizeForInferenceSync } from './optimize-for-inference.js';
export type {
  MobileOptimizerType,
  OptimizeForMobileOptions,
  OptimizeForMobileSyncOptions,
} from './optimize-for-mobile.js';
export { optimizeForMobile, optimizeForMobileSync } from './optimize-for-mobile.js';
export type { SplitModule, SplitOptions } from './split.js';
export { split, splitSync } from './split.js';
export { type Traceable, type TraceOptions, trace } from './trace.js';
export type { TransformOptions } from './transform.js';
