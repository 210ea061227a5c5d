/** import package | open | libraries: the time of an import, of a bare load, or what a bare load opens. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const kind = process.argv[2];

async function nanoseconds(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}

if (kind === 'package') {
  console.log(JSON.stringify({ ns: await nanoseconds(() => import('libtorch-node')) }));
} else {
  const { librariesOf, lookUpLibTorch, pinnedVersion } = await import(
    '../../dist/native/libtorch.js'
  );
  const root = path.resolve(import.meta.dirname, '..', '..');
  const { libtorch } = lookUpLibTorch({ root, version: pinnedVersion });
  const libraries = librariesOf(libtorch.lib).filter((library) => existsSync(library));
  if (kind === 'libraries') {
    console.log(JSON.stringify({ libraries }));
  } else {
    const addon = path.join(root, 'build', 'Release', 'loader', 'libtorch_node_loader.node');
    const loader = createRequire(import.meta.url)(addon);
    console.log(JSON.stringify({ ns: await nanoseconds(() => loader.open(libraries)) }));
  }
}
