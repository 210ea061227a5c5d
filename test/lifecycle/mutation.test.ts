import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('while eight runs are in flight', () => {
  it('to, train, loadStateDict and dispose wait, or say busy', async () => {
    await expectDone('mutate');
  });
});
