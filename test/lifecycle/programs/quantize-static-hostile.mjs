/** Static quantization among disposal, aborts, recursion and workers that end; and hostile batches. */
import assert from 'node:assert/strict';
import { isMainThread, Worker } from 'node:worker_threads';
import {
  backends,
  full,
  loadModule,
  loadModuleSync,
  quantizeStatic,
  quantizeStaticSync,
  randn,
  setWarningHandler,
  zeros,
} from 'libtorch-node';
import { collect, done, fixture, rejectionOf, step, turn } from './support.mjs';

setWarningHandler(() => {});
const mlp = fixture('quantization_static/mlp');
const engines = backends.quantized.supportedEngines;
const observers = ['minmax', 'histogram', 'perChannelMinMax'];
const rows = (count = 3) => Array.from({ length: count }, () => randn([4, 16]));
/** Every failure has a code. */
const coded = (error) => assert.ok(error.code, error.stack);

async function inWorker() {
  const model = await loadModule(mlp);
  for (;;) await quantizeStatic(model, rows());
}

async function hostileBatches() {
  step('batches that are not finite, empty, or of other dtypes');
  const values = [Number.NaN, Number.POSITIVE_INFINITY, -3e38, 3e38, 1e-45, 0];
  const batches = [
    ...values.map((value) => full([4, 16], value)),
    ...[[0, 16], [16], [], [4, 0], [2, 2, 16], [4, 15]].map((shape) => zeros(shape)),
    ...['float64', 'int64', 'bool', 'float16'].map((dtype) => zeros([4, 16]).to(dtype)),
  ];
  for (const name of ['mlp', 'network']) {
    const model = await loadModule(fixture(`quantization_static/${name}`));
    const good = name === 'mlp' ? randn([4, 16]) : randn([4, 3, 13, 13]);
    for (const [number, batch] of [
      ...batches,
      ...values.map((v) => full(good.shape, v)),
    ].entries()) {
      const options = {
        observers: observers[number % 3],
        engine: engines[number % engines.length],
      };
      for (const calibration of [[batch], [good, batch]]) {
        await quantizeStatic(model, calibration, options).then(async ({ module }) => {
          await module.forward(good).catch(coded);
          await module.forward(batch).catch(coded);
        }, coded);
      }
    }
  }
}

async function hostileCallers() {
  step('a caller that disposes, recurs and throws');
  const model = await loadModule(mlp);
  const [x] = rows(1);
  const recursive = (function* () {
    yield x;
    yield [quantizeStaticSync(model, rows()).module.forwardSync(x), randn([1])];
  })();
  await quantizeStatic(model, recursive).catch(coded);
  const disposing = (async function* () {
    yield x;
    model.dispose();
    await turn();
    const batch = randn([4, 16]);
    yield batch;
    batch.dispose();
    yield randn([4, 16]);
    yield batch;
  })();
  assert.equal(await rejectionOf(quantizeStatic(model, disposing)), 'ERR_DISPOSED');
  const other = loadModuleSync(mlp);
  const mine = new Error('mine');
  const onProgress = () => {
    throw mine;
  };
  await assert.rejects(quantizeStatic(other, rows(), { onProgress }), mine);
  assert.throws(() => quantizeStaticSync(other, rows(), { onProgress }), mine);
  const odd = { [Symbol.iterator]: () => ({ next: () => 3 }) };
  await assert.rejects(quantizeStatic(other, odd), TypeError);
  const calls = Array.from({ length: 6 }, (_, i) => {
    const controller = new AbortController();
    setImmediate(() => controller.abort(mine));
    const { signal } = controller;
    return quantizeStatic(other, rows(20), i % 2 ? { signal } : {}).catch((error) => {
      assert.equal(error, mine);
    });
  });
  await Promise.all(calls);
}

async function inWorkers() {
  step('workers end meanwhile');
  for (let round = 0; round < 3; round++) {
    const workers = [0, 1].map(() => new Worker(new URL(import.meta.url)));
    await Promise.all(workers.map((worker) => new Promise((go) => worker.once('online', go))));
    for (let i = 0; i < 100 * round; i++) await turn();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

if (isMainThread) {
  await hostileBatches();
  await hostileCallers();
  await inWorkers();
  await collect();
  done();
} else {
  await inWorker();
}
