import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { probePython } from '../../../src/native/python.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let home: string;
let env: NodeJS.ProcessEnv;

/** A python3 that gives this answer and counts how often it is asked. */
function python(torch: string | null): void {
  const answer = JSON.stringify([torch, [path.join(home, 'site-packages')]]);
  writeFileSync(
    path.join(home, 'bin', 'python3'),
    `#!/bin/sh\necho asked >> '${home}/asked'\necho '${answer}'\n`,
    { mode: 0o755 },
  );
}

function timesAsked(): number {
  return readFileSync(path.join(home, 'asked'), 'utf8').trim().split('\n').length;
}

beforeEach(() => {
  home = mkdtempSync(path.join(scratch, 'home-'));
  for (const folder of ['bin', 'site-packages']) mkdirSync(path.join(home, folder));
  env = { PATH: `${path.join(home, 'bin')}:/usr/bin:/bin`, HOME: home };
});

describe('probePython', () => {
  it('gives the folder of torch and does not start Python for it again', () => {
    const torch = path.join(home, 'site-packages', 'torch');
    mkdirSync(torch);
    python(torch);
    expect(probePython(env)).toEqual({ torch });
    expect(probePython(env)).toEqual({ torch });
    expect(timesAsked()).toBe(1);
  });

  it('asks again once something was installed, or the environment is another', () => {
    python(null);
    expect(probePython(env).torch).toBeNull();
    expect(probePython(env).torch).toBeNull();
    expect(timesAsked()).toBe(1);
    mkdirSync(path.join(home, 'site-packages', 'torch'));
    probePython(env);
    expect(timesAsked()).toBe(2);
    probePython({ ...env, VIRTUAL_ENV: home });
    expect(timesAsked()).toBe(3);
  });

  it('survives a damaged answer, a home that cannot be written and a Python that fails', () => {
    python(null);
    probePython(env);
    appendFileSync(path.join(home, '.cache', 'libtorch-node', 'python.json'), 'x');
    expect(probePython(env).torch).toBeNull();
    expect(probePython({ ...env, HOME: '/nonexistent' }).torch).toBeNull();
    writeFileSync(path.join(home, 'bin', 'python3'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    expect(probePython({ ...env, VIRTUAL_ENV: 'other' })).toMatchObject({
      torch: null,
      problem: expect.stringContaining('does not run'),
    });
    expect(probePython({ PATH: '/nonexistent' })).toMatchObject({
      problem: 'there is no python3 on the PATH',
    });
  });
});
