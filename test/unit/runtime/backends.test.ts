import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Backends, backends, setNumThreads } from '../../../src/index.js';
import { caught } from '../caught.js';

describe('backends', () => {
  it('tells version, devices and engines', () => {
    const found = backends();
    expect(found.version).toMatch(/^2\.\d+\.\d+/);
    expect(found.devices[0]).toBe('cpu');
    expect(found.quantizedEngines).toContain(found.quantizedEngine);
    for (const engine of found.quantizedEngines) expect(engine).toMatch(/^[a-z\d]+$/);
    expect(found.intraOpThreads).toBeGreaterThanOrEqual(1);
    expect(found.config).toContain('PyTorch built with');
    expectTypeOf(found).toEqualTypeOf<Backends>();
  });
});

describe('setNumThreads', () => {
  it('sets the threads of synchronous calls', () => {
    const before = backends().intraOpThreads;
    setNumThreads(1);
    expect(backends().intraOpThreads).toBe(1);
    setNumThreads(before);
  });

  it('refuses what is no count', () => {
    for (const count of [0, -1, 1.5, Number.NaN]) {
      expect(caught(() => setNumThreads(count))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
    expect(caught(() => setNumThreads('2' as never)).code).toBe('ERR_INVALID_ARG_TYPE');
  });
});
