/**
 * Runs a Python script with Debian's PyTorch 1.13, as the fixtures of that version are made.
 *
 *     node scripts/run-older-python.mjs SCRIPT [ARGUMENT...]
 */
import { spawnSync } from 'node:child_process';
import { prepareDebianTorch } from './lib/debian-torch.mjs';
import { main } from './lib/steps.mjs';

await main(async () => {
  const { python, env } = await prepareDebianTorch(console.error);
  const { status } = spawnSync(python, process.argv.slice(2), { env, stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
