/**
 * Builds the native part: `node scripts/build-native.mjs [--debug] [--sanitize] [--tests] [--portable] [PRODUCT_DIR [CONFIG]]`.
 * PRODUCT_DIR and CONFIG come from binding.gyp; without them the addon goes to build/Release, build/Debug
 * or build/sanitize. CMake does only what changed. `--portable` is for prebuilt binaries: they run where
 * glibc is as old as 2.28, and what was compiled for them survives node-gyp, which empties build/.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFolders } from './lib/build-folders.mjs';
import { requireForBuild } from './lib/libtorch.mjs';
import { withLock } from './lib/lock.mjs';
import { root } from './lib/paths.mjs';
import { main, run } from './lib/steps.mjs';

const sanitizers = 'address,undefined';

/** Configures when something about the configuration changed, then builds. */
export async function buildNative({
  debug = false,
  sanitize = false,
  tests = false,
  portable = false,
  product,
} = {}) {
  const folders = buildFolders({ debug, sanitize, portable });
  const libtorch = await requireForBuild();
  const require = createRequire(import.meta.url);
  const cmakeJs = path.join(
    path.dirname(require.resolve('cmake-js/package.json')),
    'bin',
    'cmake-js',
  );
  const config = debug ? 'Debug' : 'Release';
  const configure = [
    cmakeJs,
    'configure',
    '--log-level=error',
    `--directory=${root}`,
    `--out=${folders.cmake}`,
    `--config=${config}`,
    `--CDLIBTORCH=${libtorch.folder}`,
    `--CDCMAKE_LIBRARY_OUTPUT_DIRECTORY=${path.resolve(product ?? folders.product)}`,
    '--CDLIBTORCH_NODE_TESTS=ON',
    `--CDLIBTORCH_NODE_SANITIZE=${sanitize ? sanitizers : ''}`,
    `--CDLIBTORCH_NODE_GLIBC_FLOOR=${portable ? 'ON' : 'OFF'}`,
  ];
  await withLock(`build-${folders.kind}`, async () => {
    const stamp = path.join(folders.cmake, 'configured.json');
    const wanted = JSON.stringify([configure, libtorch.version, process.env.CXX ?? '']);
    const current = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
    if (current !== wanted) {
      mkdirSync(folders.cmake, { recursive: true });
      await run(process.execPath, configure);
      writeFileSync(stamp, wanted);
    }
    const jobs = process.env.CMAKE_BUILD_PARALLEL_LEVEL ?? os.availableParallelism();
    const targets = ['libtorch_node', 'libtorch_node_loader'];
    if (tests) targets.push('libtorch_node_core_test');
    await run('cmake', [
      '--build',
      folders.cmake,
      '--parallel',
      String(jobs),
      '--target',
      ...targets,
    ]);
  });
  return folders;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const flags = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
  const [product, config] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
  await main(() =>
    buildNative({
      debug: flags.includes('--debug') || config === 'Debug',
      sanitize: flags.includes('--sanitize'),
      tests: flags.includes('--tests'),
      // node-gyp passes on no flags.
      portable: flags.includes('--portable') || process.env.LIBTORCH_NODE_PORTABLE === '1',
      product,
    }),
  );
}
