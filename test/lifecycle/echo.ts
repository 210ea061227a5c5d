import { expect } from 'vitest';
import {
  loadModuleSync,
  type ModuleInput,
  type ModuleValue,
  type ScriptModule,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

/** Every method gives back what it takes. */
export const echo = loadModuleSync(fixture('echo'));
export const named = loadModuleSync(fixture('arguments'));

/** Through TorchScript and back, on the event loop and off it. */
export async function expectBack(
  method: string,
  value: ModuleInput,
  back: unknown = value,
): Promise<void> {
  expect(echo.runSync<ModuleValue>(method, [value])).toEqual(back);
  expect(await echo.run<ModuleValue>(method, [value])).toEqual(back);
}

export async function expectRefused(
  code: string,
  method: string,
  args: readonly unknown[],
  model: ScriptModule = echo,
  ...says: readonly string[]
): Promise<void> {
  const inputs = args as ModuleInput[];
  const matches = expect.objectContaining({ code });
  expect(() => model.runSync(method, inputs)).toThrow(matches);
  await expect(model.run(method, inputs)).rejects.toThrow(matches);
  for (const part of says) expect(() => model.runSync(method, inputs)).toThrow(part);
}
