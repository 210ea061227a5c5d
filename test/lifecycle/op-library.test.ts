import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, it } from 'vitest';
import { expectDone } from './child.js';

let libraries: string;

beforeAll(() => {
  const script = path.resolve('scripts', 'op-libraries.mjs');
  const output = execFileSync(process.execPath, [script], { encoding: 'utf8' });
  libraries = output.trim().split('\n').at(-1) as string;
}, 300_000);

describe('loadOpLibrary', () => {
  it.each([
    ['registers', 'operators that scripts, saved modules and workers find'],
    ['refuses', 'what would end the process, and leaves it as it was'],
    ['replaces', 'torchvision’s operators, under models that use ours'],
    ['works', 'while other threads run and load'],
  ])('%s %s', async (what) => {
    await expectDone('op-library', { args: [what], env: { LIBRARIES: libraries } });
  });
});
