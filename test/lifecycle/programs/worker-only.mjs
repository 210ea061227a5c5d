/** The main thread never loads the addon: Node lets go of it when the worker ends. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const [task, count, how] = process.argv.slice(2);
const step = (name) => writeSync(1, `step: ${name}\n`);
const file = new URL('worker.mjs', import.meta.url);
for (let i = 0; i < Number(count); i++) {
  step(`worker ${i}`);
  const worker = new Worker(file, { workerData: { task } });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  if (how === 'terminate') {
    step(`terminating worker ${i}`);
    // 0 where it had just come to its end, undefined where it had gone.
    assert.ok([0, 1, undefined].includes(await worker.terminate()));
  } else {
    assert.deepEqual(await exited, [0]);
  }
  // Threads that are left behind wake up meanwhile.
  for (let j = 0; j < 50; j++) await turn();
}
step('done');
