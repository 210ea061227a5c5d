import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('freezing, optimizing and dividing', () => {
  it('stand runs, mutators, disposal, collection, aborts and exit', async () => {
    await expectDone('transforms');
  });
});
