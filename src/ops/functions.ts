/** Operators as functions: what has Python code in PyTorch wins over what is registered. */

export { einsum } from './einsum.js';
export * from './generated/functions.js';
export { Generator } from './generator.js';
export type { Index, NestedIntegers } from './indexing.js';
export {
  type PcaLowrankOptions,
  pcaLowrank,
  type SvdLowrankOptions,
  svdLowrank,
} from './low-rank.js';
export { type NonzeroOptions, nonzero } from './nonzero.js';
export { type NormOptions, norm } from './norm.js';
export {
  type CdistOptions,
  cdist,
  chainMatmul,
  type LuOptions,
  lu,
  type TensordotDims,
  tensordot,
} from './products.js';
export {
  atleast1d,
  atleast2d,
  atleast3d,
  blockDiag,
  broadcastShapes,
  broadcastTensors,
  cartesianProd,
  type MeshgridOptions,
  meshgrid,
  type Tensors,
  unravelIndex,
} from './shapes.js';
export { Slice, slice } from './slice.js';
export { type StftOptions, stft } from './stft.js';
export {
  type UniqueConsecutiveOptions,
  type UniqueOptions,
  type UniqueResult,
  unique,
  uniqueConsecutive,
} from './unique.js';
