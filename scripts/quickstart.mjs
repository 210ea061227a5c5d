/** `npm run quickstart`: from a clean clone to classified images in one command. */

import { inRoot } from './lib/paths.mjs';
import { prepareInputs, prepareNative, prepareTypeScript } from './lib/prepare.mjs';
import { main, run, step } from './lib/steps.mjs';

await main(async () => {
  await prepareInputs();
  await step('native build', () => prepareNative());
  await step('TypeScript', prepareTypeScript);
  await run(process.execPath, [
    inRoot('examples', 'digits', 'classify.mjs'),
    ...process.argv.slice(2),
  ]);
});
