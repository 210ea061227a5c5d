import { describe, expect, it } from 'vitest';
import { expectDone, expectExit, patience, runProgram } from './child.js';

/** The package's own limit is one second; the rest is for a busy machine. */
const aboutASecond = 3000 * patience;

describe('the end of the process', () => {
  const works = ['model', 'operator', 'queue', 'pool'] as const;
  for (const work of works) {
    it(`comes within a second of process.exit() during a minute of work: ${work}`, async () => {
      const outcome = await runProgram('exit', { args: [work, 'exit'], seconds: 20 });
      expectExit(outcome, 7);
      expect(outcome.stderr).toBe('');
      expect(outcome.since('ending')).toBeLessThan(aboutASecond);
    });

    it(`comes within a second of an uncaught exception during a minute of work: ${work}`, async () => {
      const outcome = await runProgram('exit', {
        args: [work, 'throw'],
        seconds: 20,
        crashes: true,
      });
      expectExit(outcome, 1);
      expect(outcome.stderr).toContain('nobody catches this');
      expect(outcome.since('ending')).toBeLessThan(aboutASecond);
    });
  }

  it('comes within a second while a worker is inside a synchronous run', async () => {
    const outcome = await runProgram('exit-sync-worker', { seconds: 20, crashes: true });
    expectExit(outcome, 7);
    expect(outcome.since('ending')).toBeLessThan(aboutASecond);
  });

  it('keeps the status of an unhandled rejection during a run', async () => {
    const outcome = await runProgram('exit', {
      args: ['operator', 'reject'],
      seconds: 20,
      crashes: true,
    });
    expectExit(outcome, 1);
    expect(outcome.since('ending')).toBeLessThan(aboutASecond);
  });

  it('keeps the status that an exit handler chooses during a run', async () => {
    const outcome = await runProgram('exit', {
      args: ['model', 'exit in a handler'],
      seconds: 20,
    });
    expectExit(outcome, 9);
  });

  it('is orderly where the work ends by itself in time', async () => {
    const outcome = await runProgram('exit', { args: ['short', 'exit'], seconds: 20 });
    expectExit(outcome, 7);
    expect(outcome.stderr).toBe('');
  });

  it('comes during loading, saving and cloning', async () => {
    const outcome = await runProgram('exit-during-load', { seconds: 30 });
    expectExit(outcome, 7);
    expect(outcome.stderr).toBe('');
  });

  it('comes by itself where nothing is pending, with modules, pools and views alive', async () => {
    await expectDone('exit-naturally', { args: ['idle'], seconds: 20 });
  });

  it('waits for a pending forward that nobody awaits', async () => {
    await expectDone('exit-naturally', { args: ['pending'], seconds: 20 });
  });

  it('waits for queued forwards', async () => {
    await expectDone('exit-naturally', { args: ['queued'], seconds: 20 });
  });

  it('does not wait for runs that were aborted', async () => {
    const outcome = await runProgram('exit-naturally', { args: ['aborted'], seconds: 20 });
    expectExit(outcome, 0);
    expect(outcome.steps).toEqual(['aborted']);
    expect(outcome.since('aborted')).toBeLessThan(aboutASecond);
  });
});

describe('a rejected promise', () => {
  it('is no crash', async () => {
    await expectDone('rejections');
  });
});
