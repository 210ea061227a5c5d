import { describe, expect, it } from 'vitest';
import { expectDone, sanitized } from './child.js';

describe('compile', () => {
  it('gives the memory of 2,000 modules back', async () => {
    // A sanitizer keeps freed memory on purpose: there the number is what is left to test.
    const args = sanitized ? ['200', '100000'] : ['2000', '20'];
    await expectDone('compile-many', { args, seconds: 120 });
  });

  it('answers 2,000 mutated sources with a module or a coded error', async () => {
    const { steps } = await expectDone('compile-fuzz', { args: ['2000'], seconds: 120 });
    const { compiled, placed } = JSON.parse(steps.at(-2)!);
    expect(compiled).toBeGreaterThan(30);
    expect(placed).toBeGreaterThan(1500);
  });

  it('refuses source that would overflow the stack, in workers too', async () => {
    await expectDone('compile-deep', { seconds: 180 });
  });
});

describe('trace', () => {
  it('survives what a function may do inside', async () => {
    await expectDone('trace-hostile', { seconds: 60, crashes: true });
  });
});
