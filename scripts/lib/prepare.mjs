/** What both commands of a clean clone do first: packages, LibTorch, native build, TypeScript. */
import { withLock } from './lock.mjs';
import { installPackages } from './packages.mjs';
import { checkBuildTools, checkNode } from './prerequisites.mjs';
import { step } from './steps.mjs';

/** npm packages and LibTorch. */
export async function prepareInputs() {
  checkNode();
  checkBuildTools();
  await withLock('prepare', async () => {
    await step('npm packages', async () => ((await installPackages()) ? '' : 'up to date'));
    // Imported now: these need the packages.
    const { setUpLibTorch } = await import('./set-up-libtorch.mjs');
    await step('LibTorch', async () => {
      const { folder, version } = await setUpLibTorch();
      return `${version} in ${folder}`;
    });
  });
}

/** The addon; CMake does only what changed. */
export async function prepareNative(options) {
  const { buildNative } = await import('../build-native.mjs');
  await buildNative(options);
}

/** `dist/`. */
export async function prepareTypeScript() {
  const { buildTypeScript } = await import('../build-ts.mjs');
  await buildTypeScript();
}
