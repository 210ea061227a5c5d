/**
 * Compiles `src/` to `dist/` (tsc does only what changed, and what lost its source is removed), then
 * bundles it: opening a hundred small files would cost a quarter of the package's import time.
 */
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { inRoot } from './lib/paths.mjs';
import { main, run } from './lib/steps.mjs';

const bundleName = 'libtorch-node';

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
  const sources = new Set([...filesIn(inRoot('src')).map(stem), bundleName]);
  for (const file of filesIn(inRoot('dist'))) {
    if (!sources.has(stem(file))) rmSync(inRoot('dist', file));
  }
  const bundle = await rolldown({
    input: inRoot('dist', 'index.js'),
    platform: 'node',
    // Dependencies stay the user's own copies.
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
  });
  await bundle.write({ file: inRoot('dist', `${bundleName}.js`), format: 'esm', sourcemap: true });
  await bundle.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(buildTypeScript);
