/**
 * The one place that loads native code: finds LibTorch, opens it through the loader, then the addon.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TorchError } from '../errors.js';
import { explainMisses, type LibTorch, librariesOf, lookUpLibTorch, waysOut } from './libtorch.js';
import { explainLoadFailure, explainPlatform } from './load-failure.js';
import type { NativeAddon } from './types.js';

/** `cpp/loader`: opens libraries by path, for the life of the process. */
interface Loader {
  /** The LibTorch that the addon beside it was compiled against. */
  readonly builtFor: string;
  open(paths: readonly string[]): { readonly path: string; readonly version: string }[];
}

const require = createRequire(import.meta.url);
const root = packageRoot();

/** The addon, or the reason why it cannot be: loading this file throws it. */
export const native: NativeAddon = loadNative();

function loadNative(): NativeAddon {
  const platform = explainPlatform();
  if (platform !== null) throw new TorchError('ERR_UNSUPPORTED_PLATFORM', platform);
  const addon = findAddon();
  const loader = load<Loader>(join(dirname(addon), 'loader', 'libtorch_node_loader.node'));
  openLibTorch(loader, findLibTorch(loader.builtFor));
  return load<NativeAddon>(addon);
}

/** The package's own folder: one folder up from the bundle, two from a compiled file, ending in a slash. */
function packageRoot(): string {
  for (const up of ['../', '../../']) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return fileURLToPath(new URL('../', import.meta.url));
}

/** `LIBTORCH_NODE_ADDON` names another build, e.g. the one with sanitizers. */
function findAddon(): string {
  const chosen = process.env.LIBTORCH_NODE_ADDON;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new TorchError(
      'ERR_ADDON_NOT_FOUND',
      `LIBTORCH_NODE_ADDON is ${JSON.stringify(chosen)}, expected the path of libtorch_node.node`,
    );
  }
  try {
    const nodeGypBuild = require('node-gyp-build') as { resolve(folder: string): string };
    return nodeGypBuild.resolve(root);
  } catch (cause) {
    throw new TorchError(
      'ERR_ADDON_NOT_FOUND',
      `libtorch-node has no binary for ${process.platform}-${process.arch} in ${root}prebuilds and none ` +
        `was built in ${root}build. In a checkout of this package: npm run setup && npm run build:native. Elsewhere: let ` +
        'LIBTORCH_NODE_ADDON name the build/Release/libtorch_node.node of a checkout',
      { cause },
    );
  }
}

function load<T>(path: string): T {
  try {
    return require(path) as T;
  } catch (cause) {
    throw new TorchError('ERR_ADDON_LOAD', explainLoadFailure(path, cause), { cause });
  }
}

function findLibTorch(version: string): LibTorch {
  const { libtorch, misses } = lookUpLibTorch({ root, version });
  if (libtorch !== null) return libtorch;
  const code = misses.some(({ found }) => found)
    ? 'ERR_LIBTORCH_VERSION'
    : 'ERR_LIBTORCH_NOT_FOUND';
  throw new TorchError(code, explainMisses(version, misses));
}

function openLibTorch(loader: Loader, libtorch: LibTorch): void {
  let opened: ReturnType<Loader['open']>;
  try {
    opened = loader.open(librariesOf(libtorch.lib));
  } catch (cause) {
    throw new TorchError('ERR_LIBTORCH_LOAD', explainLoadFailure(libtorch.lib, cause), { cause });
  }
  // What the files say and what the process holds may differ: another addon may have brought its own.
  const other = opened.find(({ version }) => version !== '' && version !== loader.builtFor);
  if (other) {
    throw new TorchError(
      'ERR_LIBTORCH_VERSION',
      `LibTorch ${loader.builtFor} is needed, but ${other.path} is LibTorch ${other.version}. ` +
        `Ways out:\n${waysOut(loader.builtFor)}`,
    );
  }
}
