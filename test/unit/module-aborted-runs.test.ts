import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';

import { createPool, loadModuleSync } from '../../src/index.js';
import { fixture, moduleFixture } from '../fixtures/fixtures.js';
import { load } from './load-fixture.js';
import { reasonOf } from './rejection.js';

describe('abort', () => {
  const steps = Math.ceil(moduleFixture('slow').perMillisecond!.forward * 200);

  it('rejects with the reason before anything when it has happened', async () => {
    using model = load('slow');
    const reason = new Error('too late');
    const pending = model.run('no such method', [], { signal: AbortSignal.abort(reason) });
    const { stack } = reason;
    await expect(pending).rejects.toBe(reason);
    expect(reason.stack).toBe(stack);
  });

  it('lets go of running work at once, and removes queued work', async () => {
    using pool = createPool({ threads: 1, intraOpThreads: 1 });
    using model = loadModuleSync(fixture('slow'), { pool });
    const controller = new AbortController();
    const { signal } = controller;
    const running = reasonOf(model.run('forward', [steps], { signal }));
    const queued = reasonOf(model.run('forward', [steps * 1000], { signal }));
    await new Promise((resolve) => setImmediate(resolve));
    const reason = { why: 'gone' };
    controller.abort(reason);
    expect(await running).toBe(reason);
    expect(await queued).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const after = await model.run('forward', [1]);
    expect(after.dtype).toBe('float32');
    expect(pool.info().queued).toBe(0);
  });

  it('leaves no listener behind', async () => {
    using model = load('slow');
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => model.run('forward', [1], { signal })));
    await reasonOf(model.run('forward', ['x'], { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
