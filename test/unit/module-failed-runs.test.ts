import { describe, expect, it } from 'vitest';

import { ones, ScriptError, tensor } from '../../src/index.js';
import { load } from './load-fixture.js';
import { reasonOf } from './rejection.js';

describe('a failed run', () => {
  it('carries the frames of whoever awaits it', async () => {
    using model = load('raises');
    async function handlerOfTheUser(): Promise<void> {
      await model.forward(ones([1]), 'a reason');
    }
    async function runnerOfTheUser(): Promise<void> {
      await model.run('assertion', [0], { signal: new AbortController().signal });
    }
    const raised = (await reasonOf(handlerOfTheUser())) as ScriptError;
    expect(raised).toBeInstanceOf(ScriptError);
    expect(raised.message).toContain('a reason');
    expect(raised.pythonClass).toMatch(/ValueError$/);
    expect(raised.stack).toMatch(/^ScriptError: /);
    expect(raised.stack).toMatch(/at (async )?handlerOfTheUser/);
    const asserted = (await reasonOf(runnerOfTheUser())) as Error;
    expect(asserted.stack).toMatch(/at (async )?runnerOfTheUser/);
  });

  it('throws the same on this thread', () => {
    using model = load('raises');
    expect(() => model.forwardSync(ones([1]), 'a reason')).toThrow(ScriptError);
    expect(() => model.runSync('mismatch', [tensor([1, 2])])).toThrow(/multiplied|mat1|size/);
    expect(model.runSync('mismatch', [ones([3])]).toArray()).toEqual([3, 3, 3, 3, 3]);
  });

  it('keeps paths of the C++ sources and addresses to itself', async () => {
    using model = load('raises');
    const error = (await reasonOf(model.run('deep', [3, tensor([1, 2])]))) as Error;
    expect(error.message).not.toMatch(/0x[0-9a-f]{6}|frame #|\.cpp:\d+/);
  });
});
