import { describe, it } from 'vitest';
import { expectDone, expectExit, runProgram, sanitized } from './child.js';

describe('training', () => {
  it('goes on while workers run the same weights and are terminated', async () => {
    await expectDone('train', { args: ['shared'], seconds: 90 });
  });

  it('in a worker may be terminated', async () => {
    await expectDone('train', { args: ['terminated'] });
  });

  it('does without tensors, parameters and modules that were disposed', async () => {
    await expectDone('train', { args: ['disposed'], seconds: 90 });
  });

  it('modes end with the process', async () => {
    expectExit(await runProgram('train', { args: ['exit'], crashes: true }), 7);
  });

  // A sanitizer keeps freed memory on purpose.
  if (!sanitized) {
    it('for a thousand steps takes no memory', async () => {
      await expectDone('train', { args: ['memory'] });
    });
  }
});
