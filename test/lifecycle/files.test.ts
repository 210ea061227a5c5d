import { describe, expect, it } from 'vitest';
import { expectDone } from './child.js';

describe('files that nobody trusts', () => {
  it('write no file where rules forbid it, in whatever disguise', async () => {
    await expectDone('crafted', { seconds: 120 });
  });

  it('do not crash, hang or exhaust an inspection: 5,000 with a few bytes changed', async () => {
    const { steps } = await expectDone('fuzz', { args: ['inspect', '5000'], seconds: 120 });
    expect(steps.length).toBeGreaterThan(50);
  });

  it('do not crash or hang load: 2,000 checkpoints with a few bytes changed', async () => {
    await expectDone('fuzz', { args: ['load', '2000'], seconds: 120 });
  });
});
