import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('quantizing dynamically', () => {
  it('stands hostile inputs, runs, aborts, ending workers and exit, and warns once', async () => {
    await expectDone('quantize', { seconds: 170 });
  });
});
