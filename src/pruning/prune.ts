/** Weights and channels that are masked and cut out: the namespace `prune`. */

export type { PruningAmount } from './amount.js';
export type { NormOrder } from './arguments.js';
export { isPruned, remove } from './pruned.js';
export {
  type KeptChannels,
  type ShrinkOptions,
  type ShrinkResult,
  type ShrinkSyncOptions,
  type ShrunkLayer,
  shrink,
  shrinkSync,
} from './shrink.js';
export {
  type LayerSparsity,
  type ModuleSparsity,
  type ParameterSparsity,
  type SparsityFigures,
  sparsity,
} from './sparsity.js';
export {
  type LnStructuredOptions,
  lnStructured,
  type RandomStructuredOptions,
  randomStructured,
} from './structured.js';
export {
  customFromMask,
  type GlobalUnstructuredOptions,
  globalUnstructured,
  type L1UnstructuredOptions,
  l1Unstructured,
  type RandomUnstructuredOptions,
  randomUnstructured,
} from './unstructured.js';
