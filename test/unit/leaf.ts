import { tensor } from '../../src/index.js';

/** A tensor that gathers derivatives. */
export const leaf = (values: number[] = [1, 2, 3]) => tensor(values, { requiresGrad: true });
