/**
 * The one place that loads native code: finds LibTorch, opens it through the loader, then the addon.
 */
import { createRequire } from 'node:module';
import { TorchError } from '../errors.js';
import { findAddon, loaderOf, packageRoot } from './find-addon.js';
import { explainMisses, type LibTorch, librariesOf, lookUpLibTorch, waysOut } from './libtorch.js';
import { explainLoadFailure, explainPlatform } from './load-failure.js';
import type { NativeAddon } from './types.js';

/** `cpp/loader`: opens libraries by path, for the life of the process. @internal */
export interface Loader {
  /** The LibTorch that the addon beside it was compiled against. */
  readonly builtFor: string;
  open(paths: readonly string[]): { readonly path: string; readonly version: string }[];
}

const require = createRequire(import.meta.url);
const root = packageRoot();

/** Where native code was loaded from: what another process needs to load the same. @internal */
export interface NativeFiles {
  readonly loader: string;
  readonly addon: string;
  readonly libraries: readonly string[];
}

let files: NativeFiles | undefined;

/** @internal */
export function nativeFiles(): NativeFiles {
  if (files === undefined) throw new TorchError('ERR_INTERNAL', 'the addon was not loaded');
  return files;
}

/** The addon, or the reason why it cannot be: loading this file throws it. */
export const native: NativeAddon = loadNative();

function loadNative(): NativeAddon {
  const platform = explainPlatform();
  if (platform !== null) throw new TorchError('ERR_UNSUPPORTED_PLATFORM', platform);
  const addon = findAddon(root);
  const loader = load<Loader>(loaderOf(addon));
  const libtorch = findLibTorch(loader.builtFor);
  openLibTorch(loader, libtorch);
  files = { loader: loaderOf(addon), addon, libraries: librariesOf(libtorch.lib) };
  return load<NativeAddon>(addon);
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
