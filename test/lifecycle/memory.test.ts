import { describe, it } from 'vitest';
import { expectDone, sanitized } from './child.js';

describe('garbage collection', () => {
  it('during forward leaves module, inputs and promises working', async () => {
    await expectDone('gc-during-forward');
  });

  it('and dispose of tensors and modules leave views readable', async () => {
    await expectDone('views');
  });
});

describe('dispose', () => {
  it('during forward lets runs finish and refuses what comes later', async () => {
    await expectDone('dispose-during-forward');
  });

  it('gives the memory of 10,000 modules back', async () => {
    // A sanitizer keeps freed memory on purpose: there the number of loads is what is left to test.
    const args = sanitized ? ['1000', '100000'] : ['10000', '50'];
    await expectDone('load-many', { args, seconds: 150 });
  });
});
