import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';

import { untilAborted } from '../../src/module/abort.js';
import { settle, withCallerStack } from '../../src/module/caller-stack.js';

function controlled() {
  let resolve: (value: unknown) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { run: { promise, cancel: vi.fn() }, resolve, reject };
}

describe('untilAborted', () => {
  it('settles as the run does and leaves no listener behind', async () => {
    const { signal } = new AbortController();
    const good = controlled();
    const pending = untilAborted(good.run, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    good.resolve(5);
    await expect(pending).resolves.toBe(5);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);

    const bad = controlled();
    const failing = untilAborted(bad.run, signal);
    bad.reject(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(good.run.cancel).not.toHaveBeenCalled();
  });

  it('cancels the run and rejects with the reason itself', async () => {
    const controller = new AbortController();
    const { run } = controlled();
    const pending = untilAborted(run, controller.signal);
    const reason = { why: 'user left' };
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(run.cancel).toHaveBeenCalledTimes(1);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('aborts any number of runs through one listener', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const many = Array.from({ length: 20 }, controlled);
    const pending = many.map(({ run }) => untilAborted(run, signal).catch((reason) => reason));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    many[0]!.resolve('done');
    await expect(pending[0]).resolves.toBe('done');
    controller.abort('late');
    expect(await Promise.all(pending.slice(1))).toEqual(Array(19).fill('late'));
    expect(many.map(({ run }) => run.cancel.mock.calls.length)).toEqual([0, ...Array(19).fill(1)]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('does not cancel what has settled', async () => {
    const controller = new AbortController();
    const { run, resolve } = controlled();
    const pending = untilAborted(run, controller.signal);
    resolve(1);
    await pending;
    controller.abort();
    expect(run.cancel).not.toHaveBeenCalled();
  });
});

function failLater(error: unknown): Promise<never> {
  return new Promise((_, reject) => setImmediate(() => reject(error)));
}

describe('withCallerStack', () => {
  it('shows who awaits, with the name and message of the error', async () => {
    async function callOfTheUser(): Promise<void> {
      await settle(failLater(new RangeError('too far')));
    }
    const error = await callOfTheUser().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RangeError);
    const { stack } = error as Error;
    expect(stack).toMatch(/^RangeError: too far\n/);
    expect(stack).toMatch(/at (async )?callOfTheUser/);
  });

  it('leaves what is no error alone', () => {
    expect(withCallerStack('text')).toBe('text');
    expect(withCallerStack(undefined)).toBeUndefined();
  });
});
