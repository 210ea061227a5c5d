/** Discrete Fourier transforms: PyTorch's `torch.fft`. */
export * from './generated/fft.js';
