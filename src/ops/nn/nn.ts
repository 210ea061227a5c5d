/** What neural networks are made of: PyTorch's `torch.nn`. */
export * as functional from './functional.js';
