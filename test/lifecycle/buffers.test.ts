import { describe, it } from 'vitest';
import { expectDone } from './child.js';

describe("the caller's buffer", () => {
  it('may be transferred, detached, resized or grown during forward and after fromBuffer', async () => {
    await expectDone('buffers', { seconds: 90 });
  });

  it('may go away while a module is loaded from it, or hold anything', async () => {
    await expectDone('load-from-buffers', { seconds: 90 });
  });

  it('may be lent by another addon, and be freed when its worker ends', async () => {
    await expectDone('lent-memory');
  });
});

describe('memory whose data is held', () => {
  it('is never reallocated by an operator, and its tensor stays usable', async () => {
    await expectDone('resize');
  });
});
