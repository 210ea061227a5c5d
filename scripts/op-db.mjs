/**
 * What PyTorch's operator database makes of its samples, for the parity tests: written into
 * `.cache/op-db` by the pinned LibTorch's own Python package, anew only when a generator changed.
 *
 *     node scripts/op-db.mjs
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPython, prepareFixtures, pythonEnvironment, torchFolder } from './fixtures.mjs';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

const exec = promisify(execFile);

/** What the database imports besides what torch does. */
const REQUIREMENTS = ['expecttest'];
const generators = inRoot('test', 'parity', 'ops');
const target = inRoot('.cache', 'op-db');

async function fingerprint(folder) {
  const hash = createHash('sha256').update(`${folder} ${REQUIREMENTS}`);
  if (folder !== null) hash.update(await readFile(path.join(folder, 'torch', 'version.py')));
  const names = (await readdir(generators)).filter((name) => name.endsWith('.py')).sort();
  for (const name of names) hash.update(name).update(await readFile(path.join(generators, name)));
  return hash.digest('hex');
}

async function make(folder, stamp, log) {
  const { python } = await findPython(folder);
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  try {
    const packages = path.join(scratch, 'packages');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await exec(python, [...pip, '--target', packages, ...REQUIREMENTS]);
    const environment = pythonEnvironment(folder);
    const PYTHONPATH = [environment.PYTHONPATH, packages].filter(Boolean).join(path.delimiter);
    log("calling PyTorch's operators on the samples of its database");
    await exec(python, [path.join(generators, 'op_db.py'), scratch], {
      env: { ...environment, PYTHONPATH },
      maxBuffer: 2 ** 26,
    });
    await writeFile(path.join(scratch, 'stamp'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Stop(`the operator database could not be read\n${error.stderr || error.message}`);
  }
}

/**
 * The folder with the calls; makes it where it is missing or its generators changed.
 * @param {(line: string) => void} [log]
 * @returns {Promise<string>}
 */
export async function prepareOpDb(log = () => {}) {
  // Brings the packages that torch itself imports.
  await prepareFixtures(log);
  const folder = torchFolder();
  const stamp = await fingerprint(folder);
  await withLock('op-db', async () => {
    const made = await readFile(path.join(target, 'stamp'), 'utf8').catch(() => '');
    if (made !== stamp) await make(folder, stamp, log);
  });
  return target;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => console.log(await prepareOpDb(console.log)));
}
