/** Where the addon's binary is; imports nothing that loads it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TorchError } from '../errors.js';
import { isMusl, muslHint } from './load-failure.js';

/** The package's own folder: one folder up from a bundle, two from a compiled file, ending in a slash. */
export function packageRoot(): string {
  for (const up of ['../', '../../']) {
    const folder = fileURLToPath(new URL(up, import.meta.url));
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  return fileURLToPath(new URL('../', import.meta.url));
}

/** The addon's path; `LIBTORCH_NODE_ADDON` names another build, e.g. the one with sanitizers. */
export function findAddon(root: string): string {
  const chosen = process.env.LIBTORCH_NODE_ADDON;
  if (chosen) {
    if (existsSync(chosen)) return chosen;
    throw new TorchError(
      'ERR_ADDON_NOT_FOUND',
      `LIBTORCH_NODE_ADDON is ${JSON.stringify(chosen)}, expected the path of libtorch_node.node`,
    );
  }
  try {
    const require = createRequire(import.meta.url);
    const nodeGypBuild = require('node-gyp-build') as { resolve(folder: string): string };
    return nodeGypBuild.resolve(root);
  } catch (cause) {
    if (isMusl()) throw new TorchError('ERR_UNSUPPORTED_PLATFORM', `${muslHint}.`, { cause });
    throw new TorchError(
      'ERR_ADDON_NOT_FOUND',
      `libtorch-node has no binary for ${process.platform}-${process.arch} in ${root}prebuilds and none ` +
        `was built in ${root}build. In a checkout of this package: npm run setup && npm run build:native. Elsewhere: let ` +
        'LIBTORCH_NODE_ADDON name the build/Release/libtorch_node.node of a checkout',
      { cause },
    );
  }
}

/** The small binary without LibTorch that lies with an addon. */
export function loaderOf(addon: string): string {
  return join(dirname(addon), 'loader', 'libtorch_node_loader.node');
}
