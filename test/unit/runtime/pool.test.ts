import { describe, expect, expectTypeOf, it } from 'vitest';
import { configure, createPool, defaultPoolInfo, type Pool, tensor } from '../../../src/index.js';
import { caught } from '../caught.js';

// The default pool of this process starts with the first asynchronous call: that order is the test.
describe('configure', () => {
  it('shapes the default pool before its first use, and not after', async () => {
    configure({ threads: 2, intraOpThreads: 1 });
    expect(defaultPoolInfo()).toEqual({ threads: 2, intraOpThreads: 1, queued: 0, running: 0 });
    await tensor([1]).toAsync('int8');
    const error = caught(() => configure({ threads: 3 }));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_POOL_STARTED' });
  });

  it('refuses impossible counts', () => {
    expect(caught(() => configure({ threads: 0 }))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
  });
});

describe('createPool', () => {
  it('makes a pool of the size asked for', () => {
    using pool = createPool({ threads: 3, intraOpThreads: 2 });
    expect(pool.info()).toEqual({ threads: 3, intraOpThreads: 2, queued: 0, running: 0 });
    expectTypeOf(pool).toEqualTypeOf<Pool>();
  });

  it('chooses from the cores what is not given', () => {
    using pool = createPool();
    expect(pool.info().threads).toBeGreaterThanOrEqual(1);
    expect(pool.info().intraOpThreads).toBeGreaterThanOrEqual(1);
  });

  it.each([
    [{ threads: 0 }, 'ERR_OUT_OF_RANGE', 'options.threads'],
    [{ threads: 1.5 }, 'ERR_INVALID_ARG_TYPE', 'options.threads'],
    [{ threads: 2000 }, 'ERR_OUT_OF_RANGE', 'options.threads'],
    [{ intraOpThreads: '2' }, 'ERR_INVALID_ARG_TYPE', 'options.intraOpThreads'],
    [{ workers: 2 }, 'ERR_UNKNOWN_ARGUMENT', 'workers'],
    [3, 'ERR_INVALID_ARG_TYPE', 'options'],
  ])('refuses %o', (options, code, place) => {
    const error = caught(() => createPool(options as object));
    expect(error.code).toBe(code);
    expect(error.message).toContain('createPool: ');
    expect(error.message).toContain(place);
  });

  it('may be disposed twice', () => {
    const pool = createPool({ threads: 1 });
    pool.dispose();
    pool.dispose();
    expect(pool.info().running).toBe(0);
  });
});
