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

async function makeModels(target, stamp) {
  const scratch = await mkdtemp(`${target}-`);
  try {
    const { program, args, env } = await python('bench/models.py', scratch);
    await exec(program, args, { env });
    await writeFile(path.join(scratch, 'stamp'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Stop(error.stderr || error.message);
  }
}

/** The path of a module of `bench/models.py`, e.g. 'lstm'. */
export async function benchModel(name) {
  await prepare();
  const target = inRoot('.cache', 'bench-models');
  const stampFile = path.join(target, 'stamp');
  const source = readFileSync(inRoot('bench', 'models.py'));
  const stamp = createHash('sha256').update(source).digest('hex');
  await withLock('bench-models', async () => {
    const isCurrent = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
    if (!isCurrent) await makeModels(target, stamp);
  });
  return path.join(target, `${name}.pt`);
}
