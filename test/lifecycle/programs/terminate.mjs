/** `terminate.mjs TASK`: ends a worker during its runs; the main thread's own work goes on. */
import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { createPool, loadModule, ones } from 'libtorch-node';
import { collect, done, fixture, messageOf, step } from './support.mjs';

const [task, count] = process.argv.slice(2);
const file = new URL('worker.mjs', import.meta.url);
const pool = createPool({ threads: 1 });
const model = await loadModule(fixture('mlp'), { pool });
const before = (await model.forward(ones([1, 16]))).toArray();
for (let i = 0; i < Number(count); i++) {
  const worker = new Worker(file, { workerData: { task } });
  assert.equal(await messageOf(worker), 'started');
  step(`terminating worker ${i}`);
  assert.equal(await worker.terminate(), 1);
  await collect(1);
  assert.deepEqual((await model.forward(ones([1, 16]))).toArray(), before);
}
done();
