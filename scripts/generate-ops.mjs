/**
 * Makes `src/ops/generated`: functions, Tensor methods and the types of `ops`, from the registry of
 * the LibTorch that is linked. Runs before every compilation of TypeScript; does nothing when nothing
 * changed.
 *
 *     node scripts/generate-ops.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import * as emit from './lib/ops/emit.mjs';
import { grouped } from './lib/ops/grouped.mjs';
import { handWrittenMembers, memberFiles } from './lib/ops/members.mjs';
import { addonPath, readRegistry } from './lib/ops/registry.mjs';
import { parseOperator } from './lib/ops/schema.mjs';
import { surfaceOf } from './lib/ops/surface.mjs';
import { inRoot } from './lib/paths.mjs';
import { main } from './lib/steps.mjs';

const target = inRoot('src', 'ops', 'generated');
const stampFile = path.join(target, 'stamp');

/** What the output depends on. */
function fingerprint() {
  const hash = createHash('sha256');
  const folder = inRoot('scripts', 'lib', 'ops');
  const sources = readdirSync(folder).map((name) => path.join(folder, name));
  for (const file of [fileURLToPath(import.meta.url), ...sources, ...memberFiles()]) {
    hash.update(readFileSync(file));
  }
  const addon = addonPath();
  const { mtimeMs, size } = statSync(addon);
  return hash.update(`${addon} ${mtimeMs} ${size} ${process.env.LIBTORCH ?? ''}`).digest('hex');
}

/** The generated files by name. */
export function generate(registry, handWritten) {
  const operators = registry.map(parseOperator);
  const { modules, methods } = surfaceOf(operators, handWritten);
  const table = new emit.Table();
  const files = new Map();
  files.set('functions.ts', emit.functionsModule(modules.torch, table));
  for (const name of ['linalg', 'fft', 'special', 'functional']) {
    files.set(`${name}.ts`, emit.functionsModule(modules[name], table));
  }
  files.set('registered-operators.ts', emit.methodsModule(methods, table));
  const callable = operators.filter(({ obstacle }) => obstacle === undefined);
  const namespaces = [...grouped(callable, ({ namespace }) => namespace)].map(
    ([namespace, members]) => ({
      namespace,
      members,
      name: `${emit.pascal(namespace)}Operators`,
      file: `operators-${namespace.replace(/^_/, 'private_').replaceAll('_', '-')}.ts`,
    }),
  );
  for (const { file, name, members } of namespaces) {
    files.set(file, emit.operatorsModule(name, members));
  }
  files.set('operators.ts', emit.namespacesModule(namespaces));
  files.set('options.ts', emit.optionsModule(callable));
  return files;
}

/** Writes what changed, so that tsc compiles only that; removes what is no longer made. */
async function write(files) {
  await mkdir(target, { recursive: true });
  for (const [name, text] of files) {
    const file = path.join(target, name);
    if (!existsSync(file) || (await readFile(file, 'utf8')) !== text) await writeFile(file, text);
  }
  for (const name of await readdir(target)) {
    if (!files.has(name) && name !== 'stamp') await rm(path.join(target, name));
  }
}

await main(() =>
  withLock('generate-ops', async () => {
    const stamp = fingerprint();
    if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
    const { operators } = await readRegistry();
    await write(generate(operators, await handWrittenMembers()));
    await writeFile(stampFile, stamp);
  }),
);
