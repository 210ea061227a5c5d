import { describe, expect, it } from 'vitest';
import { expectDone, expectExit, patience, runProgram } from './child.js';

describe('a worker', () => {
  it('may be the only one that loads the addon', async () => {
    await expectDone('worker-only', { args: ['loadAndRun', '1', 'exit'] });
  });

  it('may be the tenth in turn that loads the addon', async () => {
    await expectDone('worker-only', { args: ['loadAndRun', '10', 'exit'], seconds: 90 });
  });

  it('leaves tensors, modules, shares and a running forward behind, ten times', async () => {
    await expectDone('worker-only', { args: ['leaveThings', '10', 'exit'], seconds: 90 });
  });

  it('may be terminated with all that, ten times', async () => {
    await expectDone('worker-only', { args: ['leaveThings', '10', 'terminate'], seconds: 90 });
  });

  it('may be terminated as the only one with the addon, during a minute of work', async () => {
    const args = ['endlessOperator', '1', 'terminate'];
    const outcome = await expectDone('worker-only', { args, seconds: 30 });
    expect(outcome.since('terminating worker 0')).toBeLessThan(5000 * patience);
  });

  for (const task of ['endlessModel', 'endlessOperator']) {
    it(`may be terminated during a minute of work: ${task}`, async () => {
      const outcome = await expectDone('terminate', { args: [task, '1'], seconds: 30 });
      expect(outcome.since('terminating worker 0')).toBeLessThan(5000 * patience);
    });
  }

  for (const task of ['manyRuns', 'loading']) {
    it(`may be terminated, five in turn, during ${task}`, async () => {
      await expectDone('terminate', { args: [task, '5'], seconds: 60 });
    });
  }

  it('may throw or exit during its run', async () => {
    await expectDone('worker-ends-itself', { seconds: 30 });
  });

  it('refuses what belongs to another environment, and claims what that shares', async () => {
    await expectDone('foreign-environment');
  });
});

describe('eight workers', () => {
  it('load and run at once beside the main thread', async () => {
    await expectDone('workers-at-once', { seconds: 90 });
  });
});

describe('a stateful module', () => {
  it('takes eight forwards at a time, and four workers, each with its own state', async () => {
    await expectDone('stateful');
  });
});

describe('process.exit()', () => {
  it('with busy workers ends them all', async () => {
    const outcome = await runProgram('exit-with-workers', { seconds: 30 });
    expectExit(outcome, 7);
    expect(outcome.since('ending')).toBeLessThan(5000 * patience);
  });
});
