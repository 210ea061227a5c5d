/** Where each kind of native build goes. */
import { inRoot } from './paths.mjs';

export function buildFolders({ debug = false, sanitize = false, portable = false } = {}) {
  const kind = sanitize ? 'sanitize' : debug ? 'Debug' : 'Release';
  return {
    kind: portable ? 'portable' : kind,
    cmake: portable
      ? inRoot('.cache', 'cmake-portable')
      : inRoot('build', `cmake-${kind.toLowerCase()}`),
    product: inRoot('build', kind),
    addon: inRoot('build', kind, 'libtorch_node.node'),
    coreTest: inRoot('build', kind, 'test', 'libtorch_node_core_test'),
  };
}
