/** Special functions: PyTorch's `torch.special`. */
export * from './generated/special.js';
