/** Mutators while eight runs are in flight: asynchronous ones wait, synchronous ones say busy. */
import assert from 'node:assert/strict';
import { createPool, loadModule, ones } from 'libtorch-node';
import { codeOf, done, fixture, rejectionOf, step } from './support.mjs';

const pool = createPool({ threads: 4, intraOpThreads: 1 });
const x = ones([32, 512]);
const load = () => loadModule(fixture('five-ms'), { pool });
const eight = (model) => Array.from({ length: 8 }, () => model.forward(x));
const model = await load();
const reference = await model.forward(x);
const state = new Map([...model.stateDict()].map(([name, value]) => [name, value.clone()]));

step('synchronous mutators during runs');
{
  const runs = eight(model);
  assert.equal(
    codeOf(() => model.train()),
    'ERR_MODULE_BUSY',
  );
  assert.equal(
    codeOf(() => model.eval()),
    'ERR_MODULE_BUSY',
  );
  assert.equal(
    codeOf(() => model.toSync('float64')),
    'ERR_MODULE_BUSY',
  );
  assert.equal(
    codeOf(() => model.loadStateDictSync(state)),
    'ERR_MODULE_BUSY',
  );
  for (const y of await Promise.all(runs)) assert.ok(y.equal(reference));
  model.train();
  assert.equal(model.training, true);
  model.eval();
}

step('to during runs');
{
  const before = eight(model);
  const moved = model.to('float64');
  const after = Array.from({ length: 8 }, () => model.forward(x.to('float64')));
  for (const y of await Promise.all(before)) assert.ok(y.equal(reference));
  assert.equal(await moved, model);
  for (const y of await Promise.all(after)) assert.equal(y.dtype, 'float64');
  const back = eight(model).map((run) => rejectionOf(run));
  await model.to('float32');
  for (const code of await Promise.all(back)) assert.equal(code, 'ERR_SCRIPT_FAILED');
}

step('loadStateDict during runs');
{
  const zeroed = new Map([...state].map(([name, value]) => [name, ones(value.shape)]));
  const before = eight(model);
  const loaded = model.loadStateDict(zeroed);
  const between = eight(model);
  const restored = model.loadStateDict(state);
  const after = eight(model);
  for (const y of await Promise.all(before)) assert.ok(y.equal(reference));
  assert.deepEqual(await loaded, { missingKeys: [], unexpectedKeys: [] });
  for (const y of await Promise.all(between)) assert.ok(!y.equal(reference));
  await restored;
  for (const y of await Promise.all(after)) assert.ok(y.equal(reference));
}

step('reading during runs');
{
  const runs = eight(model);
  assert.equal(model.stateDict().size, state.size);
  assert.equal(model.training, false);
  const [bytes, clone] = await Promise.all([model.toBytes(), model.clone()]);
  assert.ok(bytes.length > 0);
  assert.ok((await clone.forward(x)).equal(reference));
  await Promise.all(runs);
}

step('everything at once');
{
  const jobs = [];
  for (let i = 0; i < 10; i++) {
    jobs.push(model.forward(x), model.loadStateDict(state), model.toBytes(), model.clone());
    jobs.push(model.to('float32'));
    jobs.push(model.run('forward', [x], { signal: AbortSignal.timeout(i) }).catch(() => null));
  }
  await Promise.all(jobs);
  assert.ok((await model.forward(x)).equal(reference));
}

step('dispose during runs and mutators');
{
  const runs = eight(model);
  const moved = model.to('float64');
  const saved = model.toBytes();
  model.dispose();
  for (const y of await Promise.all(runs)) assert.ok(y.equal(reference));
  await Promise.all([moved, saved]);
  assert.equal(await rejectionOf(model.to('float32')), 'ERR_DISPOSED');
  assert.equal(
    codeOf(() => model.train()),
    'ERR_DISPOSED',
  );
}
done();
