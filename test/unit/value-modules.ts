/** Modules that give back what they take, and that say what they took. */
import { afterAll } from 'vitest';
import { loadModuleSync } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

export const echo = loadModuleSync(fixture('echo'));
export const types = loadModuleSync(fixture('types'));
afterAll(() => {
  echo.dispose();
  types.dispose();
});

/** A value after it went into TorchScript and came out. */
export const back = <T = unknown>(method: string, value: unknown): T =>
  echo.runSync<T>(method, [value as never]);
