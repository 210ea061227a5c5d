/** Checks the format of all C++ files; with --write formats them. */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { inRoot, root } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

const cli = inRoot('node_modules', '@wasm-fmt', 'clang-format', 'clang-format-cli.cjs');

await main(() => {
  const write = process.argv.includes('--write');
  const files = ['cpp', 'bench/native']
    .flatMap((folder) => readdirSync(inRoot(folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(cc|h)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  const args = write ? ['-i'] : ['--dry-run', '-Werror'];
  const { status } = spawnSync(process.execPath, [cli, ...args, ...files], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Stop('C++ files are not formatted; run: npm run format');
});
