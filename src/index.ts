// The addon of this environment gets its hooks before anything else is used.
import './native/initialize.js';

// Modules: load, run, change, save

export { ArchiveModule } from './module/archive-module.js';
export type { ExtraFiles, ExtraFilesInput } from './module/extra-files.js';
export { type Float, float } from './module/float.js';
export { type LiteAttribute, LiteModule } from './module/lite-module.js';
export {
  type AnyModule,
  type LitePath,
  loadModule,
  loadModuleSync,
  moduleFromShared,
  type SignedLiteModule,
  type SignedModule,
  type UnsignedOptions,
} from './module/load.js';
export type { ExecutorMode, LoadModuleOptions } from './module/load-options.js';
export type { Method, MethodArgument } from './module/method.js';
export { Module } from './module/module.js';
export type { ModuleFormat } from './module/module-parts.js';
export type { DimPattern } from './module/named-dims.js';
export type { RunOptions, RunSyncOptions } from './module/run-options.js';
export type { SaveLiteOptions } from './module/save-lite-options.js';
export type { SaveOptions } from './module/save-options.js';
export { ScriptModule } from './module/script-module.js';
export { ScriptObject } from './module/script-object.js';
export type { SharedModule } from './module/shared-module.js';
export type {
  InputSchemas,
  ModuleSignature,
  SignatureArgs,
  SignatureOutput,
  SignatureSchema,
  ValueSignature,
} from './module/signature.js';
export type { ModuleSource } from './module/source.js';
export type {
  IncompatibleKeys,
  LoadStateDictOptions,
  StateDictInput,
} from './module/state-dict.js';
export { type TensorPattern, tensorSchema } from './module/tensor-schema.js';
export type { ModuleToOptions, ModuleToTarget } from './module/to-options.js';
export type { ModuleInput, ModuleValue } from './module/value.js';
export type { WarmupOptions } from './module/warmup.js';

// Modules made and rewritten here

export * as jit from './jit/jit.js';

// Weights and channels that are masked, and cut out

export * as prune from './pruning/prune.js';
export { sparsity } from './pruning/sparsity.js';

// Pruning, fine-tuning and quantization in one call

export { type OptimizeResult, optimize } from './optimize/optimize.js';
export type {
  FineTuneStep,
  OptimizeOptions,
  OptimizeProgress,
  PruneStage,
  QuantizeStage,
} from './optimize/options.js';

// Modules on phones: whether they run here, and older bytecode for older ones

export { backport, backportSync } from './mobile/backport.js';
export type { BundledInputs, BundledInputsByMethod } from './mobile/bundled-inputs.js';
export {
  type Compatibility,
  checkCompatibility,
  checkCompatibilitySync,
  type VersionRange,
} from './mobile/compatibility.js';

// Quantization: smaller and faster modules

export type { AccuracyLimitOptions } from './quantization/accuracy-options.js';
export type {
  CalibrationBatch,
  CalibrationBatches,
  CalibrationProgress,
} from './quantization/calibrate.js';
export {
  type ConvertOptions,
  type ConvertSyncOptions,
  convert,
  convertSync,
} from './quantization/convert.js';
export {
  type QuantizedBackend,
  type QuantizedEngine,
  supportedQuantizedOperators,
} from './quantization/engines.js';
export {
  disableFakeQuant,
  disableObserver,
  enableFakeQuant,
  enableObserver,
} from './quantization/fake-quantize.js';
export type { LayerSelection, QuantizableLayer } from './quantization/layers.js';
export type { LayerSensitivity, QuantizeLayers } from './quantization/one-by-one.js';
export {
  type PrepareQatOptions,
  type PrepareQatSyncOptions,
  prepareQat,
  prepareQatSync,
} from './quantization/prepare-qat.js';
export {
  type QuantizeDynamicOptions,
  type QuantizeDynamicSyncOptions,
  quantizeDynamic,
  quantizeDynamicSync,
} from './quantization/quantize-dynamic.js';
export {
  type QuantizationObservers,
  type QuantizeStaticOptions,
  type QuantizeStaticSyncOptions,
  quantizeStatic,
  quantizeStaticSync,
} from './quantization/quantize-static.js';
export {
  type QuantizeWeightsOptions,
  type QuantizeWeightsSyncOptions,
  quantizeWeights,
  quantizeWeightsSync,
} from './quantization/quantize-weights.js';
export type { QuantizationResult, QuantizedLayer, SkippedLayer } from './quantization/result.js';
export { type SensitivityOptions, sensitivity } from './quantization/sensitivity.js';

// Two modules against each other: errors, sizes, latencies, memory

export type { AccuracyComparison } from './compare/accuracy.js';
export { compareModules } from './compare/compare.js';
export type { ErrorFigures } from './compare/error-figures.js';
export type { CompareInput, CompareInputs } from './compare/inputs.js';
export type { Latency } from './compare/latency.js';
export type { CompareModulesOptions, CompareProgress } from './compare/options.js';
export type {
  ComparedModule,
  Difference,
  DifferenceKind,
  InputErrors,
  ModuleComparison,
  OutputErrors,
} from './compare/report.js';
export type { ComparedSource } from './compare/subject.js';

// How good a module is, by data and a metric

export type { EvaluationBatch, EvaluationBatches } from './evaluate/batches.js';
export type { EvaluationData } from './evaluate/data.js';
export {
  type EvaluateOptions,
  type EvaluateSyncOptions,
  evaluate,
  evaluateSync,
} from './evaluate/evaluate.js';
export type { Evaluation } from './evaluate/metric-mean.js';
export type { Metric, MetricFunction, MetricName } from './evaluate/metrics.js';

// Files: look into modules without running them, load and save weights

export {
  type LoadOptions,
  type LoadStateDictFileOptions,
  load,
  loadStateDict,
  loadStateDictSync,
  loadSync,
} from './checkpoint/load.js';
export {
  type CheckpointFormat,
  type SavableValue,
  type SaveCheckpointOptions,
  save,
  saveSync,
  saveToBytes,
  saveToBytesSync,
} from './checkpoint/save.js';
export { type CheckpointValue, UnknownObject } from './checkpoint/value.js';
export type { BytecodeInspection, BytecodeOperator } from './inspect/bytecode.js';
export { checkOperators } from './inspect/check-operators.js';
export { inspectModule, inspectModuleSync } from './inspect/inspect.js';
export type {
  InspectedAttribute,
  InspectedClass,
  InspectedExtraFile,
  InspectedMethod,
  InspectedSubmodule,
  InspectedTensor,
  ModuleInspection,
  Risk,
  RiskKind,
} from './inspect/inspection.js';
export type { OperatorRules } from './inspect/operator-rules.js';

// Tensors: make, read, reshape

export type { AllcloseOptions } from './tensor/close.js';
export type { MemoryFormatOptions, ToOptions } from './tensor/convert.js';
export { cat, manualSeed, stack, type TensorData, tensor } from './tensor/create.js';
export { type DType, dtypes } from './tensor/dtype.js';
export type { Nested } from './tensor/elements.js';
export { empty, eye, full, ones, rand, randn, zeros } from './tensor/factories.js';
export { type FromBufferOptions, fromBuffer } from './tensor/from-buffer.js';
export type { NestedData } from './tensor/nested-data.js';
export type { Device, MemoryFormat, TensorOptions } from './tensor/options.js';
export { arange, linspace, randint } from './tensor/ranges.js';
export type { ReadOptions } from './tensor/read.js';
export type { Shape, ShapeArguments } from './tensor/shape.js';
export { SharedTensor, type SharedTensorHandle } from './tensor/share.js';
export { Tensor } from './tensor/tensor.js';
export type {
  BufferSource,
  Complex,
  DTypeOf,
  ElementOf,
  TypedArray,
  TypedArrayFor,
} from './tensor/typed-array.js';

// Operators: functions by PyTorch's names; those above win over registered ones of their name

export { type OperatorCoverage, operatorCoverage } from './ops/coverage.js';
// With a star: only such exports can be added to from outside.
export type * from './ops/custom-operators.js';
export * as fft from './ops/fft.js';
export * from './ops/functions.js';
export * as linalg from './ops/linalg.js';
export { loadOpLibrary, loadOpLibrarySync } from './ops/load-op-library.js';
export * as nn from './ops/nn/nn.js';
export { type Operator, type OperatorNamespace, ops } from './ops/operators.js';
export * as special from './ops/special.js';
export type { FloatLike, Int, Ints, Layout, Named, Scalar } from './ops/types.js';

// Derivatives and training

export * as autograd from './autograd/autograd.js';
export type { BackwardOptions, GradOptions } from './autograd/backward.js';
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
} from './autograd/modes.js';
export type { Tensors } from './autograd/tensor-list.js';
export * as optim from './optim/optim.js';
export type { ZeroGradOptions } from './optim/zero-grad.js';

// Memory: scopes and figures

export { type MemoryUsage, memoryUsage } from './tensor/memory.js';
export { type AsyncScope, type Disposable, keep, tidy, tidyAsync } from './tensor/scope.js';

// Devices, threads and warnings

export type { CudaMemoryStats, MemoryStat } from './device/cuda.js';
export * as cuda from './device/cuda.js';
export { type AutocastOptions, autocast, isAutocastEnabled } from './runtime/autocast.js';
export type {
  BackendSwitches,
  CudaBackend,
  CudnnBackend,
  MkldnnBackend,
} from './runtime/backend-switches.js';
export { type Backends, backends, setNumThreads } from './runtime/backends.js';
export {
  areDeterministicAlgorithmsEnabled,
  type DeterministicOptions,
  isDeterministicAlgorithmsWarnOnlyEnabled,
  useDeterministicAlgorithms,
} from './runtime/determinism.js';
export {
  configure,
  createPool,
  defaultPoolInfo,
  Pool,
  type PoolInfo,
  type PoolOptions,
} from './runtime/pool.js';
export {
  type Float32MatmulPrecision,
  getFloat32MatmulPrecision,
  setFloat32MatmulPrecision,
} from './runtime/precision.js';
export { setWarningHandler, type WarningHandler } from './runtime/warnings.js';

// Profiles: what ran, when, and for how long

export type { ProfileAverage } from './profiler/averages.js';
export type { ChromeTrace, TraceEvent } from './profiler/chrome-trace.js';
export type { InputShapes, ProfileEvent, ProfileKind, ProfileThread } from './profiler/events.js';
export {
  Profile,
  type ProfileOptions,
  type ProfileTableOptions,
  profile,
  profileSync,
} from './profiler/profile.js';
export { recordFunction } from './profiler/spans.js';
export type { ProfileOrder } from './profiler/table.js';

// Errors

export {
  type ErrorCode,
  errorCodes,
  type RangeErrorCode,
  type TorchErrorCode,
  type TypeErrorCode,
} from './error-codes.js';
export {
  CompileError,
  DisposedError,
  LoadError,
  ModuleBusyError,
  OutOfMemoryError,
  ScriptError,
  SignatureError,
  TorchError,
} from './errors.js';
export type { CodedError } from './make-error.js';
