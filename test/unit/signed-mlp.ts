import { afterAll } from 'vitest';
import { loadModuleSync, tensorSchema } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

export const image = tensorSchema({ dtype: 'float32', shape: ['batch', 16] });
export const scores = tensorSchema({ dtype: 'float32', shape: ['batch', 4] });
export const signature = { inputs: { image }, output: scores };

/** `mlp` with the signature above, until the tests of the file end. */
export const model = loadModuleSync(fixture('mlp'), { signature });
afterAll(() => model.dispose());
