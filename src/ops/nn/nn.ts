/** What neural networks are made of: PyTorch's `torch.nn`. */

export * as utils from './clip-grad.js';
export * as functional from './functional.js';
