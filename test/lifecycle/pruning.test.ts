import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('pruning and shrinking', () => {
  it('stand runs, workers, clones, disposal, collection and aborts', async () => {
    await expectDone('prune');
  });
});
