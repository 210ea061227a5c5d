import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('profile', () => {
  it.each([
    ['worker', 'ends with the worker that took it'],
    ['unfinished', 'leaves out runs that are still going on'],
    ['exit', 'lets the process leave in the middle'],
  ])('%s: %s', async (what) => {
    await expectDone('profile', { args: [what] });
  });
});
