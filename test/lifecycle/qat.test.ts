import { describe, it } from 'vitest';
import { expectDone, sanitized } from './child.js';

describe('quantization-aware training', () => {
  it('goes on while workers run, convert and are terminated', async () => {
    await expectDone('qat', { args: ['shared'], seconds: 180 });
  });

  it('in a worker may be terminated', async () => {
    await expectDone('qat', { args: ['terminated'], seconds: 120 });
  });

  it('does without what was disposed meanwhile', async () => {
    await expectDone('qat', { args: ['disposed'], seconds: 120 });
  });

  it('survives whatever is assigned to its FakeQuantize modules', async () => {
    await expectDone('qat', { args: ['tampered'], seconds: 300 });
  });

  // A sanitizer keeps freed memory on purpose.
  if (!sanitized) {
    it('for a thousand steps takes no memory, nor does what is prepared and converted', async () => {
      await expectDone('qat', { args: ['memory'], seconds: 180 });
    });
  }
});
