/** `npm run setup`: npm packages and LibTorch, without a build. */
import { prepareInputs } from './lib/prepare.mjs';
import { main } from './lib/steps.mjs';

await main(prepareInputs);
