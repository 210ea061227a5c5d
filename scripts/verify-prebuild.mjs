/**
 * Proves that a prebuilt binary runs elsewhere: what it needs, where it looks, how old a C library it
 * takes, its size; then a child process loads it and computes something.
 *
 *     node scripts/verify-prebuild.mjs [FOLDER]
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compareVersions, readElf } from './lib/elf.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

/** The oldest system: Debian 10, RHEL 8, Ubuntu 18.10. LibTorch itself asks for this glibc. */
export const floor = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11', GCC: '8.0.0' };

const system = [
  'libstdc++.so.6',
  'libm.so.6',
  'libgcc_s.so.1',
  'libc.so.6',
  'libdl.so.2',
  'libpthread.so.0',
  'ld-linux-x86-64.so.2',
  'ld-linux-aarch64.so.1',
];
const libtorch = ['libtorch_cpu.so', 'libc10.so'];
const megabyte = 1e6;

/** The files of a folder of prebuilds, with what each may be. */
function filesOf(folder) {
  const addons = existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith('.node'))
    : [];
  if (addons.length !== 1) {
    throw new Stop(`${folder} has ${addons.length} .node files, expected one: npm run prebuild`);
  }
  return [
    { file: path.join(folder, addons[0]), needs: libtorch, most: 5 * megabyte },
    {
      file: path.join(folder, 'loader', 'libtorch_node_loader.node'),
      needs: [],
      most: 0.1 * megabyte,
    },
  ];
}

/** Everything that is wrong with a binary, in words. */
export function problemsOf({ file, needs, most }) {
  const elf = readElf(file);
  const problems = [];
  const allowed = [...system, ...needs];
  for (const name of elf.needed.filter((name) => !allowed.includes(name))) {
    problems.push(`needs ${name}`);
  }
  for (const name of needs.filter((name) => !elf.needed.includes(name))) {
    problems.push(`does not need ${name}`);
  }
  for (const place of elf.runPath.filter((place) => !/^\$ORIGIN(\/|$)/.test(place))) {
    problems.push(`looks in ${place}, which is not relative to the file`);
  }
  if (elf.rpath.length > 0) problems.push('has an RPATH, which LD_LIBRARY_PATH cannot override');
  if (!elf.bindsNow) problems.push('is not linked with -z now');
  if (!elf.staysLoaded) problems.push('is not linked with -z nodelete');
  if (!elf.isStripped) problems.push('is not stripped');
  for (const [kind, { version, names }] of Object.entries(elf.newest)) {
    if (compareVersions(version, floor[kind]) > 0) {
      problems.push(`needs ${kind}_${version}, at most ${floor[kind]}: ${names.join(', ')}`);
    }
  }
  const { size } = statSync(file);
  if (size > most) problems.push(`has ${size} bytes, at most ${most}`);
  return { elf, size, problems };
}

const program = (entry) => `
  import(${JSON.stringify(pathToFileURL(entry).href)}).then(({ tensor }) => {
    if (tensor([[1, 2]]).matmul(tensor([[3], [4]])).item() !== 11) throw new Error('wrong product');
    process.stdout.write('loaded');
  });`;

/** Loads it as users do, in a process of its own: a bad binary may end that. */
function loadInChild(addon) {
  const entry = inRoot('dist', 'libtorch-node.js');
  if (!existsSync(entry)) return 'not loaded: dist/ is missing (npm run build:ts)';
  const out = execFileSync(process.execPath, ['-e', program(entry)], {
    encoding: 'utf8',
    env: { ...process.env, LIBTORCH_NODE_ADDON: addon },
  });
  if (out !== 'loaded') throw new Stop(`${addon} was not loaded: ${out}`);
  return 'loaded';
}

/** Verifies the binaries of a folder; gives a line of figures. */
export function verifyPrebuild(folder) {
  const wrong = [];
  const files = filesOf(folder);
  for (const wanted of files) {
    const { elf, size, problems } = problemsOf(wanted);
    wrong.push(...problems.map((problem) => `${wanted.file} ${problem}`));
    const newest = Object.entries(elf.newest).map(([kind, { version }]) => `${kind}_${version}`);
    console.log(`  ${path.basename(wanted.file)}: ${size} bytes, ${newest.join(' ')}`);
    console.log(`    needs ${elf.needed.join(' ')}`);
    if (elf.runPath.length > 0) console.log(`    looks in ${elf.runPath.join(' ')}`);
  }
  if (wrong.length > 0) throw new Stop(wrong.join('\n'));
  return loadInChild(files[0].file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const folder = process.argv[2] ?? inRoot('prebuilds', `${process.platform}-${process.arch}`);
    console.log(`  ${verifyPrebuild(path.resolve(folder))}`);
  });
}
