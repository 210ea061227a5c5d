import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe('a damaged lite module', () => {
  it('is refused, or computes something: bytes changed anywhere', async () => {
    await expectDone('fuzz-lite', { args: ['bytes', '500'], seconds: 120 });
  });

  it('is refused, or computes something: pickles changed under checksums that fit', async () => {
    await expectDone('fuzz-lite', { args: ['records', '500'], seconds: 120 });
  });

  it('takes only a process of its own down where it is a flatbuffer', async () => {
    await expectDone('fuzz-flatbuffer', { args: ['16'], seconds: 120 });
  });
});
