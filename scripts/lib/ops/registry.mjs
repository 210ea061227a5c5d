/** The registry of the LibTorch that is linked, read through the addon that was built. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { buildFolders } from '../build-folders.mjs';
import { loadLookUp } from '../libtorch.mjs';
import { root } from '../paths.mjs';
import { Stop } from '../steps.mjs';

/** The addon to read from: `LIBTORCH_NODE_ADDON`, else the one built last. */
export function addonPath() {
  const candidates = [
    process.env.LIBTORCH_NODE_ADDON,
    buildFolders().addon,
    buildFolders({ debug: true }).addon,
  ];
  const found = candidates.find((file) => file && existsSync(file));
  if (found !== undefined) return found;
  throw new Stop(
    'The types of the operators are made from the addon, which is not built yet: npm run build:native',
  );
}

/** Every registered operator: `{ name, overload, schema, dispatched, obstacle? }`. */
export async function readRegistry() {
  const require = createRequire(import.meta.url);
  const addon = addonPath();
  const loader = require(path.join(path.dirname(addon), 'loader', 'libtorch_node_loader.node'));
  const { lookUpLibTorch, librariesOf, explainMisses } = await loadLookUp();
  const { libtorch, misses } = lookUpLibTorch({ root, version: loader.builtFor });
  if (libtorch === null) throw new Stop(explainMisses(loader.builtFor, misses));
  loader.open(librariesOf(libtorch.lib));
  return { operators: require(addon).ops.list(), version: loader.builtFor };
}
