/**
 * Makes `dist/observers`: PyTorch's own observers and fake-quantize modules, scripted by the Python
 * package of the pinned LibTorch, anew only when the generator or that package changed.
 *
 *     node scripts/observers.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

const generator = inRoot('scripts', 'observers.py');
const target = inRoot('dist', 'observers');
const stampFile = inRoot('dist', 'observers.stamp');

async function make(stamp) {
  const { findPython, preparePackages, runPython, torchFolder } = await import('./fixtures.mjs');
  const folder = torchFolder();
  const found = await findPython(folder);
  await withLock('fixtures', () => preparePackages(found, () => {}));
  await mkdir(inRoot('dist'), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  try {
    await runPython(found.python, folder, [generator, scratch]);
    await chmod(scratch, 0o755);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
    await writeFile(stampFile, stamp);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

/** Without a Python that has torch, all works but what needs observers: that says so when called. */
export async function makeObservers() {
  const version = inRoot('.libtorch', '2.13.0-cpu', 'torch', 'version.py');
  const hash = createHash('sha256').update(await readFile(generator));
  hash.update(process.env.LIBTORCH ?? '').update(await readFile(version).catch(() => ''));
  const stamp = hash.digest('hex');
  await withLock('observers', async () => {
    const current = existsSync(target) ? await readFile(stampFile, 'utf8').catch(() => '') : '';
    if (current === stamp) return;
    await make(stamp).catch((error) => {
      if (!(error instanceof Stop)) throw error;
      console.warn(`${path.relative(inRoot(), target)} is not made: ${error.message}`);
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(makeObservers);
