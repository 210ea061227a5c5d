/** Runs of a module that changes its own attributes: one at a time, each worker with its own. */
import assert from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import { createPool, loadModuleSync, ones } from 'libtorch-node';
import { done, fixture, messageOf, step } from './support.mjs';

const runs = 200;
const pool = createPool({ threads: 8, intraOpThreads: 1 });
const expected = Array.from({ length: runs }, (_, i) => 2 * (i + 1));

step('eight at a time in one environment');
for (const name of ['stateful-counter', 'stateful-list', 'stateful-child', 'stateful-alias']) {
  const model = loadModuleSync(fixture(name), { pool });
  const input = name === 'stateful-alias' ? 1 : ones([2]);
  const results = await Promise.all(Array.from({ length: runs }, () => model.forward(input)));
  const values = results.map((value) => (typeof value === 'number' ? value : value.item()));
  if (name === 'stateful-list') {
    assert.deepEqual(
      values,
      Array.from({ length: runs }, (_, i) => (i % 9 === 8 ? 0 : (i % 9) + 1)),
    );
  } else if (name === 'stateful-alias') {
    assert.deepEqual(
      values,
      Array.from({ length: runs }, (_, i) => i + 1),
    );
  } else {
    assert.deepEqual(values, expected);
  }
}

step('four workers and the main thread');
const model = loadModuleSync(fixture('stateful-counter'), { pool });
const shared = model.share();
const file = new URL('worker.mjs', import.meta.url);
const workers = Array.from({ length: 4 }, () => {
  return messageOf(new Worker(file, { workerData: { task: 'runShared', shared, runs } }));
});
const own = await Promise.all(Array.from({ length: runs }, () => model.forward(ones([2]))));
assert.deepEqual(
  own.map((y) => y.item()),
  expected,
);
for (const { totals, count } of await Promise.all(workers)) {
  assert.deepEqual(totals, expected);
  assert.equal(count, runs);
}
assert.equal(model.runSync('peek'), runs);

step('a synchronous run between asynchronous ones');
const pending = Array.from({ length: 50 }, () => model.forward(ones([2])));
const between = model.forwardSync(ones([2])).item();
const later = (await Promise.all(pending)).map((y) => y.item());
assert.equal(new Set([between, ...later]).size, 51);
done();
