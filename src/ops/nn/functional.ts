/** What layers of neural networks compute: PyTorch's `torch.nn.functional`. */
export * from '../generated/functional.js';
export * from './functional/activations.js';
export * from './functional/activations-with-bounds.js';
export * from './functional/attention.js';
export * from './functional/dropout.js';
export * from './functional/embedding.js';
export * from './functional/interpolate.js';
export * from './functional/losses.js';
export * from './functional/losses-of-classes.js';
export * from './functional/losses-of-pairs.js';
export * from './functional/max-pooling.js';
export * from './functional/normalization.js';
export * from './functional/pooling.js';
export * from './functional/softmax.js';
export * from './functional/unpooling.js';
export * from './functional/vision.js';
