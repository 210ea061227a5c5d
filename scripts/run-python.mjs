/**
 * Runs a Python script with the pinned LibTorch's own torch in reach, as the fixtures are made.
 *
 *     node scripts/run-python.mjs SCRIPT [ARGUMENT...]
 */
import { spawnSync } from 'node:child_process';
import { findPython, pythonEnvironment, torchFolder } from './fixtures.mjs';
import { main } from './lib/steps.mjs';

await main(async () => {
  const folder = torchFolder();
  const { python } = await findPython(folder);
  const env = pythonEnvironment(folder);
  const { status } = spawnSync(python, process.argv.slice(2), { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
