/** Linear algebra: PyTorch's `torch.linalg`. */
export * from './generated/linalg.js';
