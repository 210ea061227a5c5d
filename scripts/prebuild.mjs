/**
 * Makes `prebuilds/<platform>-<arch>` for publishing: the addon through prebuildify, which goes through
 * node-gyp, binding.gyp and CMake; and the loader beside it. Empties `build/`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { prepareInputs } from './lib/prepare.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';

/** node-gyp would download headers; it takes those beside the running Node instead. */
function nodeFolder() {
  const folder = path.dirname(path.dirname(process.execPath));
  if (existsSync(path.join(folder, 'include', 'node', 'node_api.h'))) return folder;
  throw new Stop(`Node's headers are missing: ${folder}/include/node/node_api.h does not exist`);
}

await main(async () => {
  await prepareInputs();
  await step('prebuild', async () => {
    const args = ['--napi', '--strip', '--tag-libc', '--name', 'libtorch_node'];
    await run(process.execPath, [inRoot('node_modules', 'prebuildify', 'bin.js'), ...args], {
      env: { npm_config_nodedir: nodeFolder() },
    });
    const target = inRoot('prebuilds', `${process.platform}-${process.arch}`, 'loader');
    mkdirSync(target, { recursive: true });
    cpSync(inRoot('build', 'Release', 'loader'), target, { recursive: true });
    spawnSync('strip', ['--strip-all', path.join(target, 'libtorch_node_loader.node')]);
    return target;
  });
});
