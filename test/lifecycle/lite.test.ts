import { describe, it } from 'vitest';
import { expectDone, sanitized } from './child.js';

describe('a damaged lite module', () => {
  it('is refused, or computes something: bytes changed anywhere', async () => {
    await expectDone('fuzz-lite', { args: ['bytes', '500'], seconds: 120 });
  });

  // Where memory is refused, a sanitizer ends the process instead of throwing.
  if (!sanitized) {
    it('is refused, or computes something: pickles changed under checksums that fit', async () => {
      await expectDone('fuzz-lite', { args: ['records', '500'], seconds: 120 });
    });
  }

  it('takes only a process of its own down where it is a flatbuffer', async () => {
    await expectDone('fuzz-flatbuffer', { args: ['16'], seconds: 120 });
  });
});
