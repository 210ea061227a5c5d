/** Modules made of others while these run, are disposed, mutated and collected. */
import assert from 'node:assert/strict';
import { createPool, jit, loadModule, ones, randn } from 'libtorch-node';
import { collect, done, fixture, sanitized, step } from './support.mjs';

const pool = createPool({ threads: 4, intraOpThreads: 1 });
const x = ones([32, 512]);
const load = () => loadModule(fixture('five-ms'), { pool });
const eight = (model) => Array.from({ length: 8 }, () => model.forward(x));
const close = (a, b) => assert.ok(a.sub(b).abs().max().item() < 1e-4);

step('transforms among runs and mutators');
{
  const model = await load();
  const reference = await model.forward(x);
  const work = [];
  for (let i = 0; i < 4; i++) {
    work.push(
      ...eight(model),
      jit.freeze(model),
      jit.split(model, 9),
      jit.optimizeForInference(model),
    );
    work.push(model.to('cpu'));
  }
  for (const made of (await Promise.all(work)).flat()) {
    if (made === model) continue;
    if (made.forward === undefined) close(made, reference);
    else if (made.namedParameters().size === 0) close(await made.forward(x), reference);
  }
}

step('the source is disposed meanwhile, and collected');
{
  let model = await load();
  const reference = await model.forward(x);
  const pending = [jit.freeze(model), jit.split(model, 4)];
  model.dispose();
  model = null;
  globalThis.gc();
  const [frozen, [head, tail]] = await Promise.all(pending);
  close(await frozen.forward(x), reference);
  const middle = head.forward(x);
  head.dispose();
  globalThis.gc();
  close(await tail.forward(await middle), reference);
  tail.dispose();
}

step('parts are run by both while the source moves');
{
  const model = await load();
  const [head, tail] = await jit.split(model, 9);
  for (let i = 0; i < 5; i++) {
    const runs = Array.from({ length: 8 }, async () => tail.forward(await head.forward(x)));
    const there = model.to('float64');
    const ends = await Promise.allSettled(runs);
    await there;
    // A run that begins after the move meets a tensor from before it.
    for (const { reason } of ends) assert.ok(reason === undefined || /dtype/.test(reason.message));
    await model.to('float32');
  }
  close(await tail.forward(await head.forward(x)), await model.forward(x));
}

step('aborts let go of what comes later');
{
  const model = await loadModule(fixture('resnet'), { pool });
  for (let i = 0; i < 20; i++) {
    const controller = new AbortController();
    const { signal } = controller;
    const pending = [jit.freeze(model, { signal }), jit.split(model, 'fc', { signal })];
    setImmediate(() => controller.abort(new Error('enough')));
    for (const each of await Promise.allSettled(pending)) {
      if (each.status === 'rejected') assert.equal(each.reason.message, 'enough');
    }
  }
  globalThis.gc();
  assert.equal((await model.forward(randn([1, 3, 32, 32]))).shape[1], 10);
}

step('many, made and dropped, leave nothing in the source');
{
  const model = await loadModule(fixture('resnet'), { pool });
  const makeMany = async (count) => {
    for (let i = 0; i < count; i++) {
      const frozen = await jit.freeze(model);
      const [head, tail] = jit.splitSync(model, 'layer2');
      for (const made of [frozen, head, tail]) made.dispose();
    }
    await collect();
    return process.memoryUsage.rss() / 2 ** 20;
  };
  const before = await makeMany(40);
  const grown = (await makeMany(160)) - before;
  // Kept, they would be more than 100 MB.
  assert.ok(sanitized || grown < 40, `${grown} MB more`);
}

step('exit during a transform');
const last = await load();
for (let i = 0; i < 10; i++) void jit.optimizeForInference(last);
done();
process.exit();
