/** Derivatives: PyTorch's `torch.autograd`. */
export { type BackwardOptions, backward, type GradOptions, grad } from './backward.js';
export {
  enableGrad,
  inferenceMode,
  isGradEnabled,
  isInferenceModeEnabled,
  noGrad,
} from './modes.js';
export type { Tensors } from './tensor-list.js';
