/**
 * What PyTorch 1.13 writes, for the tests, into `.cache/fixtures-1.13`, anew only when a generator changed.
 * Where it cannot be made, the reason is left there, and the tests that need it fail with that.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { prepareDebianTorch } from './debian-torch.mjs';
import { inRoot } from './paths.mjs';
import { Stop } from './steps.mjs';

const exec = promisify(execFile);
const generators = ['torch_1_13.py', 'mobile_1_13.py', 'hostile_1_13.py'].map((name) => {
  return inRoot('test', 'parity', 'older', name);
});
const sources = [...generators, inRoot('test', 'fixtures', 'encode.py')];
const target = inRoot('.cache', 'fixtures-1.13');

async function fingerprint() {
  const hash = createHash('sha256');
  for (const file of sources) hash.update(await readFile(file));
  return hash.digest('hex');
}

async function make(folder, log) {
  const { python, env, version } = await prepareDebianTorch(log);
  log(`making modules with PyTorch ${version}`);
  for (const generator of generators) {
    try {
      await exec(python, [generator, folder], { env, maxBuffer: 2 ** 26 });
    } catch (error) {
      throw new Stop(`${python} ${generator}\n${error.stderr || error.message}`);
    }
  }
}

/**
 * Makes them, unless they are there and their generators are unchanged.
 * @param {(line: string) => void} log
 * @returns {Promise<boolean>} whether any were made
 */
export async function prepareOlderFixtures(log) {
  const stamp = await fingerprint();
  const made = await readFile(path.join(target, 'stamp'), 'utf8').catch(() => '');
  if (made === stamp) return false;
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  try {
    await make(scratch, log);
    await writeFile(path.join(scratch, 'stamp'), stamp);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    log(error.message);
    await rm(scratch, { recursive: true });
    await mkdir(scratch);
    await writeFile(path.join(scratch, 'reason.txt'), error.message);
  }
  await rm(target, { recursive: true, force: true });
  await rename(scratch, target);
  return true;
}
