/**
 * Finds LibTorch, or sets up the CPU build with pip. Nothing is half done: pip fills a temporary folder,
 * which is renamed when it is complete.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { findForBuild, loadLookUp } from './libtorch.mjs';
import { root } from './paths.mjs';
import { findPip } from './prerequisites.mjs';
import { run, Stop } from './steps.mjs';

/** PyTorch's own index of CPU builds. */
const cpuIndex = 'https://download.pytorch.org/whl/cpu';

/** The LibTorch to build against: one that is there, or a fresh one. */
export async function setUpLibTorch() {
  const found = await findForBuild();
  if (found !== null) return found;
  const { filledFolder, pinnedVersion, readLibTorch } = await loadLookUp();
  const folder = filledFolder(root, pinnedVersion);
  await fill(folder, pinnedVersion);
  return readLibTorch(folder, 'folder');
}

async function fill(folder, version) {
  const pip = findPip();
  const parent = path.dirname(folder);
  mkdirSync(parent, { recursive: true });
  // What an attempt left that was killed; the caller holds the lock.
  for (const name of readdirSync(parent)) {
    if (name.startsWith('tmp-')) rmSync(path.join(parent, name), { recursive: true, force: true });
  }
  const temporary = mkdtempSync(path.join(parent, 'tmp-'));
  const dispose = () => rmSync(temporary, { recursive: true, force: true });
  process.once('exit', dispose);
  try {
    await download(pip, version, temporary);
    rmSync(folder, { recursive: true, force: true });
    renameSync(path.join(temporary, 'torch'), folder);
  } finally {
    process.off('exit', dispose);
    dispose();
  }
}

/** Tries what is on this machine first: an index that cannot be reached takes pip long to give up. */
async function download(pip, version, temporary) {
  const attempts = [
    ...pythonVersions().map((python) => ({ python, source: ['--no-index'] })),
    { python: pythonVersions()[0], source: ['--index-url', cpuIndex] },
  ];
  for (const { python, source } of attempts) {
    const target = path.join(temporary, 'torch');
    const last = source[0] !== '--no-index';
    console.log(
      `  pip: torch ${version}+cpu for Python ${python}, ${last ? `from ${cpuIndex}` : 'from local wheels'}`,
    );
    const args = [
      ...pip.slice(1),
      'install',
      `torch==${version}+cpu`,
      '--no-deps',
      '--only-binary=:all:',
    ];
    args.push('--target', target, '--python-version', python, '--implementation', 'cp');
    args.push(
      '--platform',
      `manylinux_2_28_${machine()}`,
      '--no-cache-dir',
      '--no-compile',
      '--disable-pip-version-check',
      ...source,
    );
    const stopProgress = showGrowth(temporary);
    try {
      // A local attempt that finds nothing is no news; the last one's words are.
      const stdio = ['ignore', last ? 'inherit' : 'ignore', last ? 'inherit' : 'ignore'];
      await run(pip[0], args, { stdio, env: { TMPDIR: temporary } });
      return;
    } catch (error) {
      rmSync(target, { recursive: true, force: true });
      if (last) throw explain(error, version);
    } finally {
      stopProgress();
    }
  }
}

function machine() {
  return process.arch === 'arm64' ? 'aarch64' : 'x86_64';
}

/** The running Python's version, so that it can import what is set up, and one that always exists. */
function pythonVersions() {
  const { stdout } = spawnSync(
    'python3',
    ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'],
    {
      encoding: 'utf8',
    },
  );
  const own = (stdout ?? '').trim();
  return /^3\.1[0-4]$/.test(own) && own !== '3.11' ? [own, '3.11'] : ['3.11'];
}

function showGrowth(folder) {
  const timer = setInterval(() => console.log(`  ${Math.round(sizeOf(folder) / 1e6)} MB`), 5000);
  return () => clearInterval(timer);
}

function sizeOf(folder) {
  let size = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const inner = path.join(folder, entry.name);
      size += entry.isDirectory() ? sizeOf(inner) : statSync(inner).size;
    }
  } catch {
    // Files come and go while pip works.
  }
  return size;
}

function explain(error, version) {
  return new Stop(
    `pip could not get torch ${version}+cpu.\n${error.message}\nWithout a network: put the wheel into a ` +
      'folder and set PIP_FIND_LINKS to it, or set LIBTORCH to a LibTorch or torch folder.',
  );
}
