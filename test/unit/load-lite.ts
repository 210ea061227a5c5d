import { type LiteModule, loadModuleSync } from '../../src/index.js';
import { mobileFile } from '../fixtures/mobile.js';

export const lite = { format: 'lite' } as const;

/** A file of the mobile fixtures, on the lite engine. */
export const load = (name: string): LiteModule => loadModuleSync(mobileFile(`${name}.ptl`), lite);
