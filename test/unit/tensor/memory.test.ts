import { describe, expect, expectTypeOf, it } from 'vitest';
import { type MemoryUsage, memoryUsage, zeros } from '../../../src/index.js';

describe('memoryUsage', () => {
  it('counts each storage once, and lets go of what is disposed', () => {
    const before = memoryUsage();
    const t = zeros([1024]);
    const view = t.reshape(32, 32);
    const held = memoryUsage();
    expect(held.tensors - before.tensors).toBe(2);
    expect(held.cpuBytes - before.cpuBytes).toBe(4096);
    t.dispose();
    expect(memoryUsage().cpuBytes - before.cpuBytes).toBe(4096);
    view.dispose();
    expect(memoryUsage()).toEqual(before);
    expectTypeOf(before).toEqualTypeOf<MemoryUsage>();
  });
});
