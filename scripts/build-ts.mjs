/**
 * Compiles `src/` to `dist/` (tsc does only what changed, and what lost its source is removed), then
 * bundles it: opening a hundred small files would cost a quarter of the package's import time.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleNames, makeBundles } from './lib/bundles.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, run } from './lib/steps.mjs';
import { makeObservers } from './observers.mjs';

export async function buildTypeScript() {
  // The operators' functions and types come from the registry of the LibTorch that is linked.
  await run(process.execPath, [inRoot('scripts', 'generate-ops.mjs')]);
  await run(process.execPath, [
    inRoot('node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    inRoot('tsconfig.build.json'),
  ]);
  const stem = (file) => file.replace(/(\.d\.ts|\.js|\.ts)(\.map)?$/, '');
  const filesIn = (folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(js|ts|map)$/.test(entry.name))
      .map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));
  const sources = new Set([...filesIn(inRoot('src')).map(stem), ...bundleNames]);
  for (const file of filesIn(inRoot('dist'))) {
    if (!sources.has(stem(file))) rmSync(inRoot('dist', file));
  }
  await makeBundles();
  await makeObservers();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(buildTypeScript);
