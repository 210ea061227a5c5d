/** The package itself. In the bundle of the command line this import stays one: there is one copy. */
export type Torch = typeof import('../index.js');
export type {
  ArchiveModule,
  ComparedModule,
  Difference,
  DType,
  ErrorFigures,
  EvaluationBatch,
  Latency,
  LayerSensitivity,
  Method,
  ModuleComparison,
  ModuleInput,
  ModuleValue,
  OptimizeResult,
  QuantizationResult,
  QuantizedEngine,
  QuantizedLayer,
  QuantizeLayers,
  ScriptModule,
  SkippedLayer,
  Tensor,
} from '../index.js';

/** Loads the package, and LibTorch with it, at the first use. */
export function loadTorch(): Promise<Torch> {
  return import('../index.js');
}
