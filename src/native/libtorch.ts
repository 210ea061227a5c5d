/**
 * Where LibTorch is. The set-up scripts use this very file, so it imports nothing of the package.
 */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { probePython } from './python.js';

/** The version of prebuilt binaries and of the default set-up. */
export const pinnedVersion = '2.13.0';

/** The sibling package that carries the CPU libraries. */
export const siblingPackage = 'libtorch-node-linux-x64-cpu';

/** Where a LibTorch was found, in the order of precedence. */
export type LibTorchOrigin = 'LIBTORCH' | 'package' | 'python' | 'folder';

/** A LibTorch on this machine. */
export interface LibTorch {
  /** Holds `lib`, and `include` where one can compile against it. */
  readonly folder: string;
  readonly lib: string;
  /** `major.minor.patch`, or null where no file tells. */
  readonly version: string | null;
  readonly origin: LibTorchOrigin;
}

/** A place that was looked at in vain, in words. */
export interface Miss {
  readonly place: string;
  readonly problem: string;
  /** Set where a LibTorch is, of another version than asked for. */
  readonly found?: LibTorch;
}

export interface LookUp {
  /** The first that fits. */
  readonly libtorch: LibTorch | null;
  /** The places before it, in order. */
  readonly misses: readonly Miss[];
}

export interface LookUpOptions {
  /** The package's root folder. */
  readonly root: string;
  /** The version that is needed; null takes any. */
  readonly version: string | null;
  /** Only what one can compile against. */
  readonly headers?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** The folder that the set-up fills: `include` and `lib` are in its `torch`. */
export function filledFolder(root: string, version: string): string {
  return join(root, '.libtorch', `${version}-cpu`);
}

/** The folder that `libtorch-node libtorch install` fills, for all projects of a user. */
export function userFolder(
  version: string,
  build = 'cpu',
  env: NodeJS.ProcessEnv = process.env,
): string {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  return join(cache, 'libtorch-node', 'libtorch', `${version}-${build}`);
}

/** Looks in LIBTORCH, the sibling package, Python's torch and the filled folders, and stops at the first that fits. */
export function lookUpLibTorch(options: LookUpOptions): LookUp {
  const { root, version } = options;
  const env = options.env ?? process.env;
  const misses: Miss[] = [];
  for (const candidate of candidates(root, version ?? pinnedVersion, env)) {
    const { place } = candidate;
    if (candidate.folder === null) {
      misses.push({ place, problem: candidate.problem });
    } else {
      const found = readLibTorch(candidate.folder, candidate.origin);
      if (found === null) {
        misses.push({ place, problem: `${candidate.folder} has no lib/libtorch_cpu.so` });
      } else if (version !== null && found.version !== null && found.version !== version) {
        misses.push({ place, problem: `${found.folder} is version ${found.version}`, found });
      } else if (options.headers && !existsSync(join(found.folder, 'include', 'ATen'))) {
        misses.push({ place, problem: `${found.folder} has no headers (include/ATen)` });
      } else {
        return { libtorch: found, misses };
      }
    }
    // Who names a folder wants that one: falling back to another would hide the mistake.
    if (candidate.origin === 'LIBTORCH') break;
  }
  return { libtorch: null, misses };
}

type Candidate = { readonly origin: LibTorchOrigin; readonly place: string } & (
  | { readonly folder: string }
  | { readonly folder: null; readonly problem: string }
);

function* candidates(root: string, version: string, env: NodeJS.ProcessEnv): Generator<Candidate> {
  if (env.LIBTORCH) {
    yield { origin: 'LIBTORCH', place: 'LIBTORCH', folder: resolve(env.LIBTORCH) };
    return;
  }
  const sibling = siblingFolder(root);
  const siblingPlace = `the package ${siblingPackage}`;
  yield sibling === null
    ? { origin: 'package', place: siblingPlace, folder: null, problem: 'is not installed' }
    : { origin: 'package', place: siblingPlace, folder: sibling };

  const python = probePython(env);
  yield python.torch === null
    ? { origin: 'python', place: "Python's torch", folder: null, problem: python.problem }
    : { origin: 'python', place: "Python's torch", folder: python.torch };

  const filled = [
    ['the folder that the set-up fills', filledFolder(root, version)],
    ["the folder of 'libtorch-node libtorch install'", userFolder(version, 'cpu', env)],
  ] as const;
  for (const [place, folder] of filled) {
    yield existsSync(folder)
      ? { origin: 'folder', place, folder }
      : { origin: 'folder', place, folder: null, problem: `${folder} does not exist` };
  }
}

/** The LibTorch in a folder, or in the `torch` or `libtorch` in it; null when there is none. */
export function readLibTorch(folder: string, origin: LibTorchOrigin): LibTorch | null {
  for (const inner of ['', 'torch', 'libtorch']) {
    const base = join(folder, inner);
    const lib = join(base, 'lib');
    if (existsSync(join(lib, 'libtorch_cpu.so'))) {
      return { folder: base, lib, version: readVersion(base), origin };
    }
  }
  return null;
}

/** Files that tell the version of a LibTorch folder, with what to look for in them. */
const versionFiles: readonly (readonly [string, RegExp])[] = [
  ['version.py', /__version__ = '(\d+\.\d+\.\d+)/],
  ['build-version', /^(\d+\.\d+\.\d+)/],
  ['include/torch/headeronly/version.h', /define TORCH_VERSION \\?\s*"(\d+\.\d+\.\d+)/],
  ['include/torch/csrc/api/include/torch/version.h', /define TORCH_VERSION \\?\s*"(\d+\.\d+\.\d+)/],
  ['package.json', /"libtorch": *"(\d+\.\d+\.\d+)/],
];

function readVersion(folder: string): string | null {
  for (const [name, pattern] of versionFiles) {
    const match = pattern.exec(readText(join(folder, name)));
    if (match?.[1]) return match[1];
  }
  return null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** As Node resolves it, which knows every package manager's layout; else beside this package or above it. */
function siblingFolder(root: string): string | null {
  const base = realFolder(root);
  try {
    const require = createRequire(join(base, 'package.json'));
    return dirname(require.resolve(`${siblingPackage}/package.json`));
  } catch {
    // Not a dependency that can be resolved: it may still lie there.
  }
  for (let folder = base; ; folder = join(folder, '..')) {
    for (const parent of [join(folder, 'node_modules'), join(folder, '..')]) {
      const candidate = join(parent, siblingPackage);
      if (isFolder(candidate)) return candidate;
    }
    if (folder === join(folder, '..')) return null;
  }
}

function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Every way to give the package a LibTorch, for messages. */
export function waysOut(version: string): string {
  const isPublished =
    version === pinnedVersion && process.platform === 'linux' && process.arch === 'x64';
  return [
    ...(isPublished
      ? [
          `install the package that was left out: npm install ${siblingPackage}@${version}`,
          'download it: npx libtorch-node libtorch install',
        ]
      : []),
    `set LIBTORCH to a LibTorch ${version} or torch ${version} folder`,
    `install it for Python: python3 -m pip install torch==${version} --index-url https://download.pytorch.org/whl/cpu`,
    'in a checkout of this package: npm run setup',
  ]
    .map((way) => `  - ${way}`)
    .join('\n');
}

/** One message for a look-up that failed. */
export function explainMisses(version: string | null, misses: readonly Miss[]): string {
  const needed = version ?? pinnedVersion;
  const looked = misses.map(({ place, problem }) => `  - ${place}: ${problem}`).join('\n');
  const others = misses.flatMap(({ found }) => found?.version ?? []);
  const head =
    others.length > 0
      ? `LibTorch ${needed} is needed, but LibTorch ${[...new Set(others)].join(' and ')} was found`
      : `LibTorch ${needed} was not found`;
  return `${head}. Looked in:\n${looked}\nWays out:\n${waysOut(needed)}`;
}

/** The libraries to open, in order; CUDA's only where they are. */
export function librariesOf(lib: string): string[] {
  const names = ['libgomp.so.1', 'libc10.so', 'libtorch_cpu.so', 'libtorch_cuda.so', 'libtorch.so'];
  return names.map((name) => join(lib, name)).filter((path) => existsSync(path));
}
