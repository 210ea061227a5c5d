/** Pruning among runs, workers, clones, disposal and collection. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createPool, jit, loadModule, ones, prune, ScriptModule } from 'libtorch-node';
import { codeOf, collect, done, fixture, rejectionOf, step } from './support.mjs';

const x = ones([32, 512]);

async function inWorker() {
  const { port, shared } = workerData;
  const model = ScriptModule.fromShared(shared);
  const sum = async () => (await model.forward(x)).sum().item();
  port.postMessage(await sum());
  await once(port, 'message');
  port.postMessage({ sum: await sum(), pruned: prune.isPruned(model) });
  await once(port, 'message');
  port.close();
}

function message(port) {
  return once(port, 'message').then(([value]) => value);
}

async function main() {
  const pool = createPool({ threads: 4, intraOpThreads: 1 });
  const load = () => loadModule(fixture('five-ms'), { pool });

  step('during runs');
  {
    const model = await load();
    const [name] = [...model.namedParameters()].find(([, { shape }]) => shape.length === 2);
    const runs = Array.from({ length: 8 }, () => model.forward(x));
    assert.equal(
      codeOf(() => prune.l1Unstructured(model, name, { amount: 0.5 })),
      'ERR_MODULE_BUSY',
    );
    await Promise.all(runs);
    const before = await model.forward(x);
    for (let i = 0; i < 200; i++) {
      prune.l1Unstructured(model, name, { amount: 0 });
      assert.equal(
        codeOf(() => prune.remove(model, 'nope')),
        'ERR_NO_ATTRIBUTE',
      );
      const run = model.forward(x);
      if (i % 20 === 0) assert.ok((await run).equal(before));
      else await run;
      prune.remove(model, name);
    }
    await collect();
    assert.ok((await model.forward(x)).equal(before));
  }

  step('disposed and collected while shrinking');
  {
    let model = await loadModule(fixture('chain'), { pool });
    const weights = [...model.namedParameters()].filter(([, { shape }]) => shape.length === 4);
    for (const [name] of weights) {
      prune.lnStructured(model, name, { amount: 0.5, n: 2, dim: 0 });
      const kept = model.namedBuffers().get(`${name}_mask`).flatten(1).amax([1]);
      prune.customFromMask(model, name.replace('weight', 'bias'), kept);
    }
    const image = ones([1, 3, 16, 16]);
    const wanted = await model.forward(image);
    const pending = Array.from({ length: 6 }, () => prune.shrink(model));
    model.dispose();
    model = null;
    globalThis.gc();
    for (const small of await Promise.all(pending)) {
      assert.ok((await small.module.forward(image)).sub(wanted).abs().max().item() < 1e-4);
      small[Symbol.dispose]();
      assert.equal(await rejectionOf(small.module.forward(image)), 'ERR_DISPOSED');
    }
    await collect();
  }

  step('aborts');
  {
    const model = await loadModule(fixture('chain'), { pool });
    const reason = new Error('enough');
    const pending = prune.shrink(model, { signal: AbortSignal.abort(reason) });
    await assert.rejects(pending, reason);
  }

  step('a worker that shares the module');
  {
    const model = await load();
    const [name] = [...model.namedParameters()].find(([, { shape }]) => shape.length === 2);
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { port: port2, shared: model.share() },
      transferList: [port2],
    });
    const before = (await model.forward(x)).sum().item();
    assert.equal(await message(port1), before);
    prune.l1Unstructured(model, name, { amount: 0.9 });
    const after = (await model.forward(x)).sum().item();
    assert.notEqual(after, before);
    port1.postMessage('again');
    assert.deepEqual(await message(port1), { sum: after, pruned: true });
    prune.remove(model, name);
    port1.postMessage('end');
    await once(worker, 'exit');
    assert.equal((await model.forward(x)).sum().item(), after);
  }

  step('frozen, divided and cloned meanwhile');
  {
    const model = await load();
    const [name] = [...model.namedParameters()].find(([, { shape }]) => shape.length === 2);
    const [head, tail] = await jit.split(model, 9);
    prune.l1Unstructured(model, name, { amount: 0.5 });
    const [frozen, clone] = await Promise.all([jit.freeze(model), model.clone()]);
    const wanted = await model.forward(x);
    assert.ok((await frozen.forward(x)).sub(wanted).abs().max().item() < 1e-4);
    assert.ok((await clone.forward(x)).equal(wanted));
    await tail.forward(await head.forward(x));
    const run = model.forward(x);
    model.dispose();
    assert.ok((await run).equal(wanted));
    prune.remove(clone, name);
    assert.ok((await clone.forward(x)).equal(wanted));
  }
  done();
}

await (isMainThread ? main() : inWorker());
