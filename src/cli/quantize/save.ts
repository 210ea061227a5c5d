import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { ArchiveModule, ModuleInput, ScriptModule, Torch } from '../torch.js';

/** Loads a module with all files that are in its archive, for those that the result gets. */
export async function loadWithFiles(torch: Torch, file: string): Promise<ScriptModule> {
  const { extraFiles } = await torch.inspectModule(file);
  const names = extraFiles.map(({ name }) => name);
  return (await torch.loadModule(file, { extraFiles: names })) as ScriptModule;
}

/** Saves as a lite module where the name ends like one, else as TorchScript. */
export async function saveAs(
  output: string,
  module: ScriptModule,
  source: ArchiveModule,
): Promise<void> {
  await mkdir(path.dirname(path.resolve(output)), { recursive: true });
  const { extraFiles } = source;
  if (!output.endsWith('.ptl')) return module.save(output, { extraFiles });
  const bundled = (await source.bundledInputs()) as readonly (readonly ModuleInput[])[];
  await module.saveLite(output, {
    extraFiles,
    ...(bundled.length > 0 && { bundledInputs: bundled }),
  });
}
