/** Eight workers load and run beside the main thread, which does too. */
import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { loadModule, ones } from 'libtorch-node';
import { done, fixture, messageOf, step } from './support.mjs';

const file = new URL('worker.mjs', import.meta.url);
const start = () => new Worker(file, { workerData: { task: 'loadAndRun', runs: 20 } });
step('eight workers and the main thread');
const workers = Array.from({ length: 8 }, start);
const answers = workers.map(messageOf);
const model = await loadModule(fixture('mlp'));
const expected = model.forwardSync(ones([1, 16])).toArray();
for (let i = 0; i < 40; i++) {
  assert.deepEqual((await model.forward(ones([1, 16]))).toArray(), expected);
}
for (const answer of await Promise.all(answers)) assert.deepEqual(answer, expected);
done();
