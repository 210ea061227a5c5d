/** What changes parameters by their gradients: PyTorch's `torch.optim`. */
export { Adam, type AdamOptions, AdamW } from './adam.js';
export * as lrScheduler from './lr-scheduler.js';
export type {
  Optimizer,
  OptimizerParams,
  ParamGroup,
  ParamGroupInput,
} from './optimizer.js';
export { SGD, type SGDOptions } from './sgd.js';
export type { OptimizerStateDict } from './state-dict.js';
