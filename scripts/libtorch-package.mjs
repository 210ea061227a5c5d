/**
 * Fills the sibling package with LibTorch's libraries, stripped, and their licences; nothing of it is
 * committed. From LIBTORCH or the LibTorch that the set-up made.
 *
 *     node scripts/libtorch-package.mjs
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireForBuild } from './lib/libtorch.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';

/** The package's folder. */
export const siblingFolder = inRoot('packages', 'libtorch-node-linux-x64-cpu');

/** What `src/native/libtorch.ts` opens. */
const libraries = ['libgomp.so.1', 'libc10.so', 'libtorch_cpu.so', 'libtorch.so'];

/** GCC's licence of libgomp: where Debian and Red Hat keep the texts. */
const gompLicences = [
  ['GPL-3.0.txt', ['/usr/share/common-licenses/GPL-3', '/usr/share/licenses/libgomp/COPYING3']],
  [
    'GCC-runtime-library-exception.txt',
    ['/usr/share/doc/libgomp1/copyright', '/usr/share/licenses/libgomp/COPYING.RUNTIME'],
  ],
];

/** PyTorch's licences: in the folder of a wheel's metadata, or of LibTorch's archive. */
function findLicences(folder) {
  const parent = path.dirname(folder);
  const info = readdirSync(parent).find((name) => /^torch-.*\.dist-info$/.test(name));
  const licences = info && path.join(parent, info, 'licenses');
  if (licences && existsSync(licences)) return licences;
  throw new Stop(`${parent} has no torch-*.dist-info/licenses: fill from Python's torch`);
}

/** Makes lib/ and licenses/ of the package. */
export async function fillSibling() {
  const manifest = JSON.parse(readFileSync(path.join(siblingFolder, 'package.json'), 'utf8'));
  const libtorch = await requireForBuild();
  if (libtorch.version !== manifest.libtorch) {
    throw new Stop(`${libtorch.folder} is ${libtorch.version}, expected ${manifest.libtorch}`);
  }
  if (existsSync(path.join(libtorch.lib, 'libtorch_cuda.so'))) {
    throw new Stop(
      `${libtorch.folder} is a CUDA build: its libtorch_cpu is not the one of CPU builds`,
    );
  }
  const licences = path.join(siblingFolder, 'licenses');
  for (const name of ['lib', 'licenses']) {
    rmSync(path.join(siblingFolder, name), { recursive: true, force: true });
  }
  cpSync(findLicences(libtorch.folder), licences, { recursive: true });
  mkdirSync(path.join(licences, 'libgomp'));
  for (const [name, places] of gompLicences) {
    const place = places.find((file) => existsSync(file));
    if (!place) throw new Stop(`The licence of libgomp is missing: none of ${places.join(', ')}`);
    cpSync(place, path.join(licences, 'libgomp', name), { dereference: true });
  }
  mkdirSync(path.join(siblingFolder, 'lib'));
  let total = 0;
  for (const name of libraries) {
    const target = path.join(siblingFolder, 'lib', name);
    await run('strip', ['--strip-unneeded', '-o', target, path.join(libtorch.lib, name)]);
    total += statSync(target).size;
  }
  return `${(total / 1e6).toFixed(1)} MB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => step('fill the sibling package', fillSibling));
}
