/** Runs a program of `programs/` in a process of its own, and says how that ended. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { fixture } from '../fixtures/fixtures.js';

const programs = fileURLToPath(new URL('programs/', import.meta.url));

/** True under AddressSanitizer, which is inherited through the environment. */
export const sanitized = (process.env.LD_PRELOAD ?? '').includes('asan');

/** What a deadline, and a measured time, are multiplied with. */
export const patience = sanitized ? 6 : 1;

export interface ProgramOptions {
  readonly args?: readonly string[];
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Until the program counts as hanging. */
  readonly seconds?: number;
  /** Node takes nothing down after an uncaught exception, or a cut-off exit: what V8 holds then looks leaked. */
  readonly crashes?: boolean;
}

/** How a program ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What it said with `step`, in order. */
  readonly steps: readonly string[];
  /** Milliseconds from a step to the end of the process. */
  readonly since: (step: string) => number;
}

function environment({ env: extra, crashes = false }: ProgramOptions): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _inherited, VITEST: _vitest, ...env } = process.env;
  if (sanitized) {
    // Without it an allocation that cannot succeed ends the process instead of throwing.
    const options = [env.ASAN_OPTIONS, 'allocator_may_return_null=1'];
    if (crashes) options.push('detect_leaks=0');
    env.ASAN_OPTIONS = options.filter((option) => option).join(':');
  }
  return { ...env, FIXTURES: path.dirname(fixture('mlp')), ...extra };
}

/** What a sanitizer says about an allocation that cannot be is no report. */
function withoutRefusals(stderr: string): string {
  return stderr.replace(/^==\d+==WARNING: AddressSanitizer failed to allocate .*\n/gm, '');
}

/** Runs it to its end, whatever that is; rejects when it hangs, saying after which step. */
export function runProgram(name: string, options: ProgramOptions = {}): Promise<Outcome> {
  const { args = [], flags = [], seconds = 60 } = options;
  const limit = seconds * 1000 * patience;
  const child = spawn(
    process.execPath,
    ['--expose-gc', ...flags, path.join(programs, `${name}.mjs`), ...args],
    { env: environment(options), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const arrivals = new Map<string, number>();
  let stdout = '';
  let stderr = '';
  const steps = (): string[] => [...stdout.matchAll(/^step: (.*)$/gm)].map((match) => match[1]!);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    for (const step of steps()) if (!arrivals.has(step)) arrivals.set(step, performance.now());
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      const last = steps().at(-1) ?? 'its start';
      const call = [name, ...args].join(' ');
      reject(new Error(`${call} hangs: nothing for ${limit} ms after ${last}\n${stderr}`));
    }, limit);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(deadline);
      const end = performance.now();
      const since = (step: string): number => end - (arrivals.get(step) ?? Number.NaN);
      resolve({ code, signal, stdout, stderr: withoutRefusals(stderr), steps: steps(), since });
    });
  });
}

/** Fails on what a sanitizer reported, and on every way to end but `exit(code)`. */
export function expectExit(outcome: Outcome, code: number): void {
  const { signal, stderr, stdout } = outcome;
  const reports = /(Address|Leak|Thread|UndefinedBehavior)Sanitizer|runtime error:/.test(stderr);
  expect(reports, stderr).toBe(false);
  expect({ code: outcome.code, signal }, `${stdout}\n${stderr}`).toEqual({ code, signal: null });
}

/** Runs a program that must come to its last line, with nothing on stderr. */
export async function expectDone(name: string, options: ProgramOptions = {}): Promise<Outcome> {
  const outcome = await runProgram(name, options);
  expectExit(outcome, 0);
  expect(outcome.stderr).toBe('');
  expect(outcome.steps.at(-1)).toBe('done');
  return outcome;
}
