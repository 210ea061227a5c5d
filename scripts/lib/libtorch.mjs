/**
 * The package's own look-up (`src/native/libtorch.ts`) for scripts that run before anything is compiled:
 * its two files are stripped of their types, without a check.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot, root } from './paths.mjs';
import { Stop } from './steps.mjs';

export async function loadLookUp() {
  const folder = inRoot('.cache', 'native');
  mkdirSync(folder, { recursive: true });
  for (const name of ['libtorch', 'python']) {
    const source = readFileSync(inRoot('src', 'native', `${name}.ts`), 'utf8');
    const stamp = `// ${createHash('sha256').update(source).digest('hex')}\n`;
    const file = path.join(folder, `${name}.js`);
    if (existsSync(file) && readFileSync(file, 'utf8').startsWith(stamp)) continue;
    const { default: ts } = await import('typescript');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    writeFileSync(file, stamp + outputText);
  }
  return import(pathToFileURL(path.join(folder, 'libtorch.js')).href);
}

/** A LibTorch with headers: any version in LIBTORCH, else the pinned one. Null where there is none. */
export async function findForBuild() {
  const { explainMisses, lookUpLibTorch, pinnedVersion } = await loadLookUp();
  const version = process.env.LIBTORCH ? null : pinnedVersion;
  const { libtorch, misses } = lookUpLibTorch({ root, version, headers: true });
  if (libtorch === null && process.env.LIBTORCH) throw new Stop(explainMisses(version, misses));
  return libtorch;
}

/** The same, or a failure that says what was looked for. */
export async function requireForBuild() {
  const found = await findForBuild();
  if (found !== null) return found;
  const { explainMisses, lookUpLibTorch, pinnedVersion } = await loadLookUp();
  const { misses } = lookUpLibTorch({ root, version: pinnedVersion, headers: true });
  throw new Stop(explainMisses(pinnedVersion, misses));
}
