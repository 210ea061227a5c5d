import { describe, expect, it } from 'vitest';
import { expectDone, expectExit, runProgram } from './child.js';

describe('hostile JavaScript', () => {
  it('calls every member on a foreign this, and constructors directly', async () => {
    await expectDone('foreign-this');
  });

  it('gives every native function every kind of wrong argument', async () => {
    await expectDone('junk', { seconds: 90 });
  });

  it('disposes, throws and changes its mind while arguments are converted', async () => {
    await expectDone('getters');
  });

  it('passes proxies, cycles, and prototypes that were changed', async () => {
    await expectDone('proxies');
  });
});

describe('a warning handler', () => {
  it('that throws null raises an uncaught exception, which a process may survive', async () => {
    await expectDone('warnings', { args: ['caught'] });
  });

  it('that throws null ends the process as any uncaught exception does', async () => {
    const outcome = await runProgram('warnings', { args: ['uncaught'], crashes: true });
    expectExit(outcome, 1);
    expect(outcome.stderr).toContain('null');
  });

  it('is process.emitWarning unless one is set', async () => {
    await expectDone('warnings', { args: ['default'] });
  });
});

describe('failures', () => {
  it('of TorchScript, of operators and of allocations are coded errors', async () => {
    await expectDone('failures');
  });
});
