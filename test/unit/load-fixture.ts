import { loadModuleSync, ones, type Tensor } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

/** A module of the fixtures; `T` is what its methods give. */
export const load = <T = Tensor>(name: string) => loadModuleSync<T>(fixture(name));

/** A batch that `mlp` takes. */
export const x16 = ones([2, 16]);
