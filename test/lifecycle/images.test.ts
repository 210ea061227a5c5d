import { describe, it } from 'vitest';
import { expectDone, expectExit, runProgram } from './child.js';

describe('images', () => {
  it('may be decoded while their workers are terminated, eight in turn', async () => {
    await expectDone('images', { args: ['terminate'], seconds: 90 });
  });

  it('may be decoded while the process exits', async () => {
    expectExit(await runProgram('images', { args: ['exit'], crashes: true }), 0);
  });

  it('are decoded from the bytes as they were, whatever becomes of those', async () => {
    await expectDone('images', { args: ['bytes'] });
  });

  it('leave no memory behind, neither when they succeed nor when they fail', async () => {
    await expectDone('images', { args: ['collected'] });
  });

  it('take whatever they are given', async () => {
    await expectDone('images', { args: ['hostile'] });
  });
});
