/**
 * Makes the tarballs that are published, in `.cache/release`: the package, with its binaries and the
 * dependency on LibTorch's package and without what only a checkout needs; and LibTorch's package.
 * Before it: `npm run prebuild`, `node scripts/build-ts.mjs`, `node scripts/libtorch-package.mjs`.
 * `--without-libtorch` leaves LibTorch's package out.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inRoot } from './lib/paths.mjs';
import { main, Stop, step } from './lib/steps.mjs';
import { siblingFolder } from './libtorch-package.mjs';

const megabyte = 1e6;
const release = inRoot('.cache', 'release');
const readManifest = (folder) => {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
};

function pack(folder, ...flags) {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', release, ...flags];
  const stdio = ['ignore', 'pipe', 'ignore'];
  const out = execFileSync('npm', args, { cwd: folder, encoding: 'utf8', stdio });
  const [packed] = Object.values(JSON.parse(out));
  return packed;
}

/** What is published differs from the checkout's manifest in this. */
export function publishedManifest(manifest, sibling) {
  const {
    scripts: _scripts,
    devDependencies: _devDependencies,
    binary: _binary,
    ...rest
  } = manifest;
  return { ...rest, optionalDependencies: { [sibling.name]: sibling.version } };
}

function check(packed, most, required, refused) {
  const names = packed.files.map((file) => file.path);
  const problems = [
    ...required.filter((name) => !names.includes(name)).map((name) => `${name} is missing`),
    ...names.filter((name) => refused.test(name)).map((name) => `${name} must not be in it`),
  ];
  if (packed.size > most) problems.push(`${packed.size} bytes packed, at most ${most}`);
  if (problems.length > 0) throw new Stop(`${packed.filename}: ${problems.join(', ')}`);
  const [size, unpacked] = [packed.size, packed.unpackedSize].map((n) => (n / megabyte).toFixed(1));
  console.log(`  ${packed.filename}: ${size} MB packed, ${unpacked} MB unpacked`);
  return path.join(release, packed.filename);
}

function packMain() {
  const staged = path.join(release, 'libtorch-node');
  for (const { path: name } of pack(inRoot(), '--dry-run').files) {
    mkdirSync(path.dirname(path.join(staged, name)), { recursive: true });
    cpSync(inRoot(name), path.join(staged, name));
  }
  const manifest = publishedManifest(readManifest(inRoot()), readManifest(siblingFolder));
  writeFileSync(path.join(staged, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  const binaries = ['libtorch_node.glibc.node', 'loader/libtorch_node_loader.node'];
  const required = [
    'dist/libtorch-node.js',
    'dist/observers/histogram.pt',
    ...binaries.map((name) => `prebuilds/linux-x64/${name}`),
  ];
  return check(pack(staged), 3 * megabyte, required, /\.so|binding\.gyp|\.cc$/);
}

function packSibling() {
  if (!existsSync(path.join(siblingFolder, 'lib', 'libtorch_cpu.so'))) {
    throw new Stop(`${siblingFolder} is not filled: node scripts/libtorch-package.mjs`);
  }
  const required = ['LICENSE', 'licenses/LICENSE', 'lib/libtorch_cpu.so', 'lib/libgomp.so.1'];
  return check(pack(siblingFolder), 180 * megabyte, required, /\.h$|include\//);
}

/** The paths of the tarballs, in the order in which they are published. */
export function packPackages({ sibling = true } = {}) {
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release, { recursive: true });
  return [...(sibling ? [packSibling()] : []), packMain()];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sibling = !process.argv.includes('--without-libtorch');
  await main(() => step('pack', () => void packPackages({ sibling })));
}
