/**
 * Compiles the libraries of custom operators in `test/fixtures/op-libraries` against the LibTorch in
 * use, into `.cache/op-libraries`, anew only when something changed.
 *
 *     node scripts/op-libraries.mjs
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { requireForBuild } from './lib/libtorch.mjs';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { main } from './lib/steps.mjs';

const exec = promisify(execFile);

const sources = inRoot('test', 'fixtures', 'op-libraries');
const target = inRoot('.cache', 'op-libraries');

async function compile(libtorch, names, folder) {
  const include = path.join(libtorch, 'include');
  const flags = ['-std=c++20', '-O0', '-shared', '-fPIC', '-isystem', include];
  const libraries = [`-L${path.join(libtorch, 'lib')}`, '-ltorch_cpu', '-lc10'];
  const compilers = names.map((name) => {
    const output = path.join(folder, name.replace(/\.cc$/, '.so'));
    const args = [...flags, path.join(sources, name), '-o', output, ...libraries];
    return exec(process.env.CXX || 'c++', args);
  });
  await Promise.all(compilers);
}

/**
 * The folder with the libraries.
 * @returns {Promise<string>}
 */
export async function prepareOpLibraries() {
  const { folder: libtorch, version } = await requireForBuild();
  const names = (await readdir(sources)).filter((name) => name.endsWith('.cc')).sort();
  const hash = createHash('sha256').update(`${libtorch} ${version}`);
  for (const name of names) hash.update(name).update(await readFile(path.join(sources, name)));
  const stamp = hash.digest('hex');
  return withLock('op-libraries', async () => {
    const known = await readFile(path.join(target, 'stamp'), 'utf8').catch(() => '');
    if (known === stamp) return target;
    await mkdir(path.dirname(target), { recursive: true });
    const scratch = await mkdtemp(`${target}-`);
    try {
      await compile(libtorch, names, scratch);
      await writeFile(path.join(scratch, 'stamp'), stamp);
      await rm(target, { recursive: true, force: true });
      await rename(scratch, target);
    } catch (error) {
      await rm(scratch, { recursive: true, force: true });
      throw error;
    }
    return target;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => console.log(await prepareOpLibraries()));
}
