/** Running the steps of a script: each says its name when it starts and its time when it ends. */
import { spawn } from 'node:child_process';
import { root } from './paths.mjs';

/** A failure that is the user's to solve: its message is all that is shown. */
export class Stop extends Error {}

const color = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);

function elapsed(since) {
  const seconds = (Date.now() - since) / 1000;
  return seconds < 60
    ? `${seconds.toFixed(1)} s`
    : `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Runs `work` under a heading; a step that did nothing may return the words that say so. */
export async function step(name, work) {
  const since = Date.now();
  console.log(paint('1', `▸ ${name}`));
  try {
    const note = await work();
    console.log(paint('2', `  ${note ? `${note}, ` : ''}${elapsed(since)}`));
  } catch (error) {
    console.log(paint('31', `✗ ${name} failed after ${elapsed(since)}`));
    throw error;
  }
}

/** Runs a program with its output shown; rejects with Stop unless it exits 0. */
export function run(program, args, options = {}) {
  const { env, ...rest } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
      ...rest,
    });
    child.on('error', (error) => reject(new Stop(`${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Stop(`${[program, ...args].join(' ')}\nended with ${signal ?? `exit code ${code}`}`),
        );
    });
  });
}

/** Runs a script's main function: one message and exit code 1 for a failure. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(paint('31', error instanceof Stop ? error.message : error.stack));
    process.exitCode = 1;
  }
}
