/** What the programs share. A step names what is going on: a hang is reported with the last one. */
import assert from 'node:assert/strict';
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { defaultPoolInfo } from 'libtorch-node';

export { turn };

export const sanitized = (process.env.LD_PRELOAD ?? '').includes('asan');

export const fixture = (name) => path.join(process.env.FIXTURES, `${name}.pt`);

/** Written at once, from any thread, also when the process ends right after. */
export const step = (name) => writeSync(1, `step: ${name}\n`);

export const done = () => step('done');

/** An argument for `slow` that keeps one of its methods busy for that long. */
export function slowFor(method, milliseconds) {
  const file = path.join(process.env.FIXTURES, 'manifest.json');
  const { slow } = JSON.parse(readFileSync(file, 'utf8')).modules;
  return Math.ceil(slow.perMillisecond[method] * milliseconds);
}

/** Until the default pool has that many runs on its threads. */
export async function untilRunning(count = 1) {
  while (defaultPoolInfo().running < count) await turn();
}

/** Collects, and lets the finalizers run. */
export async function collect(rounds = 4) {
  for (let round = 0; round < rounds; round++) {
    globalThis.gc();
    await turn();
  }
}

/** The code of what a function throws or a promise rejects with; fails when neither does. */
export function codeOf(fn) {
  try {
    fn();
  } catch (error) {
    assert.ok(error instanceof Error, `threw ${String(error)}`);
    return error.code;
  }
  return assert.fail('nothing was thrown');
}

export async function rejectionOf(promise) {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof Error, `rejected with ${String(error)}`);
    return error.code;
  }
  return assert.fail('nothing was rejected');
}

/** Waits for the next message of a worker, or for its failure. */
export function messageOf(worker) {
  return new Promise((resolve, reject) => {
    const end = (how) => (value) => {
      worker.removeAllListeners('message').removeAllListeners('error').removeAllListeners('exit');
      how(value);
    };
    worker.once('message', end(resolve));
    worker.once('error', end(reject));
    worker.once('exit', (code) => reject(new Error(`the worker exited with ${code}`)));
  });
}

/** Starts workers of a program one after the other, and ends each once it says that it is at work. */
export async function terminateInTurn(rounds, program, workerData) {
  for (let round = 0; round < rounds; round++) {
    const worker = new Worker(new URL(program), { workerData });
    assert.equal(await messageOf(worker), 'started');
    step(`terminating worker ${round}`);
    await worker.terminate();
    await collect(1);
  }
}
