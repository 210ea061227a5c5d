/**
 * Modules and golden values for the tests, made by the pinned LibTorch's own Python package, into
 * `.cache/fixtures`, anew only when a generator changed; what PyTorch 1.13 writes; and what the voice
 * activity example needs.
 *
 *     node scripts/fixtures.mjs
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { prepare as prepareVoiceActivity } from '../examples/voice-activity/setup.mjs';
import { withLock } from './lib/lock.mjs';
import { prepareOlderFixtures } from './lib/older-fixtures.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

const exec = promisify(execFile);

/** What torch imports, and what generators do; no part of the LibTorch that is set up. */
const REQUIREMENTS =
  'typing_extensions filelock sympy networkx jinja2 fsspec numpy safetensors pillow'.split(' ');
const GENERATORS = ['test/fixtures', 'test/parity/generators'];
const ENTRIES = [
  'test/fixtures/modules.py',
  'test/fixtures/crafted.py',
  'test/parity/generators/tensors.py',
  'test/parity/generators/checkpoints.py',
  'test/parity/generators/mobile.py',
  'test/parity/generators/quantization_weights.py',
  'test/parity/generators/images.py',
  'test/parity/generators/quantization_dynamic.py',
  'test/parity/generators/quantization_static.py',
  'test/parity/generators/quantization_control_flow.py',
];

const target = inRoot('.cache', 'fixtures');
const packages = inRoot('.cache', 'python');

async function readOr(file, otherwise) {
  return readFile(file, 'utf8').catch(() => otherwise);
}

/** The folder to import torch from: LIBTORCH where it is a Python package, else the one set up. */
export function torchFolder() {
  const candidates = [process.env.LIBTORCH, inRoot('.libtorch', '2.13.0-cpu', 'torch')];
  const found = candidates.find((folder) => folder && existsSync(path.join(folder, '__init__.py')));
  return found === undefined ? null : path.dirname(path.resolve(found));
}

async function versionOf(python) {
  const code = 'import sys; print("%d.%d" % sys.version_info[:2])';
  return exec(python, ['-c', code]).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

/** A Python that can import the torch of the folder, which is compiled for one version of it. */
export async function findPython(folder) {
  const extension = folder === null ? [] : readdirSync(path.join(folder, 'torch'));
  const tags = extension.map((name) => /^_C\.cpython-3(\d+)/.exec(name)?.[1]);
  const minor = tags.find((tag) => tag !== undefined);
  const wanted = minor === undefined ? null : `3.${minor}`;
  const commands = [process.env.PYTHON, 'python3', wanted && `python${wanted}`].filter(Boolean);
  for (const python of commands) {
    const version = await versionOf(python);
    if (version !== null && (wanted === null || version === wanted)) return { python, version };
  }
  throw new Stop(
    `The tests' fixtures need Python ${wanted ?? '3'}, for which the torch in ${folder} is built: ` +
      'install it, or name it in PYTHON',
  );
}

/** The environment in which Python finds torch; without a torch folder, its own torch is used. */
export function pythonEnvironment(folder) {
  return {
    ...process.env,
    PYTHONPATH: [folder, packages].filter((part) => part !== null).join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
  };
}

/** Runs a script with torch in reach. */
export async function runPython(python, folder, args) {
  const env = pythonEnvironment(folder);
  try {
    await exec(python, args, { env, maxBuffer: 2 ** 26 });
  } catch (error) {
    throw new Stop(`${python} ${args.join(' ')}\n${error.stderr || error.message}`);
  }
}

/** Installs what torch imports, for this version of Python, unless it is there. */
export async function preparePackages({ python, version }, log) {
  const stamp = JSON.stringify({ python: version, requirements: REQUIREMENTS });
  const stampFile = path.join(packages, 'stamp.json');
  if ((await readOr(stampFile, '')) === stamp) return;
  log(`installing ${REQUIREMENTS.join(', ')} for ${python}`);
  await mkdir(path.dirname(packages), { recursive: true });
  const scratch = await mkdtemp(`${packages}-`);
  try {
    const options = ['--quiet', '--disable-pip-version-check', '--target', scratch];
    await exec(python, ['-m', 'pip', 'install', ...options, ...REQUIREMENTS]);
    await writeFile(path.join(scratch, 'stamp.json'), stamp);
    await rm(packages, { recursive: true, force: true });
    await rename(scratch, packages);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Stop(`pip could not install what torch imports\n${error.stderr || error.message}`);
  }
}

/** A hash of the generators and of the torch that runs them. */
async function fingerprint() {
  const hash = createHash('sha256').update(torchFolder() ?? 'own torch');
  for (const folder of GENERATORS) {
    const names = (await readdir(inRoot(folder))).filter((name) => name.endsWith('.py'));
    for (const name of names.sort()) hash.update(name).update(await readFile(inRoot(folder, name)));
  }
  return hash.digest('hex');
}

async function makeFixtures(stamp, log) {
  const folder = torchFolder();
  const found = await findPython(folder);
  await preparePackages(found, log);
  log('making modules and golden values with PyTorch');
  const scratch = await mkdtemp(`${target}-`);
  try {
    for (const entry of ENTRIES) await runPython(found.python, folder, [inRoot(entry), scratch]);
    await writeFile(path.join(scratch, 'stamp'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Makes the fixtures, unless they are there and their generators are unchanged.
 * @param {(line: string) => void} [log]
 * @returns {Promise<boolean>} whether any were made
 */
export async function prepareFixtures(log = () => {}) {
  const stamp = await fingerprint();
  return withLock('fixtures', async () => {
    await prepareVoiceActivity(log);
    const older = await prepareOlderFixtures(log);
    if ((await readOr(path.join(target, 'stamp'), '')) === stamp) return older;
    await makeFixtures(stamp, log);
    return true;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const made = await prepareFixtures(console.log);
    console.log(made ? `made ${target}` : 'nothing to do');
  });
}
