/** A worker that throws, or exits, while its run would take a minute. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { loadModuleSync, ones } from 'libtorch-node';
import { collect, done, fixture, step } from './support.mjs';

const file = new URL('worker.mjs', import.meta.url);
step('a worker throws');
const failing = new Worker(file, { workerData: { task: 'throwsDuringRun' } });
const [error] = await once(failing, 'error');
assert.equal(error.message, 'the worker fails');
step('a worker exits');
const leaving = new Worker(file, { workerData: { task: 'exitsDuringRun' } });
assert.deepEqual(await once(leaving, 'exit'), [3]);
await collect();
assert.deepEqual(loadModuleSync(fixture('mlp')).forwardSync(ones([1, 16])).shape, [1, 4]);
done();
