import { loadModuleSync, type ScriptModule, type Tensor } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

/** A module of the fixtures that takes a tensor and gives one; its executor is off unless named. */
export const load = (name: string, executor: 'off' | 'simple' | 'profiling' = 'off') =>
  loadModuleSync<Tensor>(fixture(name), { executor }) as ScriptModule<never[], Tensor>;

export const run = (model: ScriptModule<never[], Tensor>, x: Tensor) =>
  model.forwardSync(x as never);
