/**
 * Makes `prebuilds/<platform>-<arch>` for publishing: the addon through prebuildify, which goes through
 * node-gyp, binding.gyp and CMake; and the loader beside it. Empties `build/`. What it made is verified.
 */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { inRoot } from './lib/paths.mjs';
import { prepareInputs } from './lib/prepare.mjs';
import { main, run, Stop, step } from './lib/steps.mjs';
import { verifyPrebuild } from './verify-prebuild.mjs';

/** node-gyp would download headers; it takes those beside the running Node instead. */
function nodeFolder() {
  const folder = path.dirname(path.dirname(process.execPath));
  if (existsSync(path.join(folder, 'include', 'node', 'node_api.h'))) return folder;
  throw new Stop(`Node's headers are missing: ${folder}/include/node/node_api.h does not exist`);
}

await main(async () => {
  await prepareInputs();
  const target = inRoot('prebuilds', `${process.platform}-${process.arch}`);
  await step('prebuild', async () => {
    rmSync(target, { recursive: true, force: true });
    const args = ['--napi', '--strip', '--tag-libc', '--name', 'libtorch_node'];
    await run(process.execPath, [inRoot('node_modules', 'prebuildify', 'bin.js'), ...args], {
      env: { npm_config_nodedir: nodeFolder(), LIBTORCH_NODE_PORTABLE: '1' },
    });
    const loader = path.join(target, 'loader');
    mkdirSync(loader, { recursive: true });
    cpSync(inRoot('build', 'Release', 'loader'), loader, { recursive: true });
    await run('strip', ['--strip-all', path.join(loader, 'libtorch_node_loader.node')]);
    return target;
  });
  await step('verify', () => verifyPrebuild(target));
});
