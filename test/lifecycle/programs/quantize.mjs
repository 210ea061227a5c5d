/** Modules quantized dynamically while these run, are disposed, and workers end; and hostile inputs. */
import assert from 'node:assert/strict';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import {
  backends,
  createPool,
  jit,
  loadModule,
  loadModuleSync,
  quantizeDynamic,
  quantizeDynamicSync,
  randn,
  setWarningHandler,
  zeros,
} from 'libtorch-node';
import { codeOf, collect, done, fixture, rejectionOf, sanitized, step, turn } from './support.mjs';

const warnings = [];
setWarningHandler((message) => warnings.push(message));
const x = randn([4, 16]);
const mlp = fixture('quantization/mlp');
const engines = backends.quantized.supportedEngines;

async function inWorker() {
  const model = await loadModule(mlp);
  for (;;) await quantizeDynamic(model, { engine: engines[workerData % engines.length] });
}

async function hostileInputs() {
  step('inputs of wrong shapes and dtypes');
  for (const name of ['transformer', 'mlp', 'lstm', 'gru-deep', 'lstm-packed', 'cnn']) {
    const model = await loadModule(fixture(`quantization/${name}`));
    const frozen = await jit.freeze(model);
    for (const source of [model, frozen]) {
      for (const engine of engines) {
        const { module } = await quantizeDynamic(source, { engine });
        for (const shape of [[], [0], [3], [16, 0], [0, 16], [3, 15], [5, 2, 6], [1, 1, 1, 1, 1]]) {
          for (const dtype of ['float32', 'float64', 'int64', 'bool']) {
            const input = zeros(shape).to(dtype);
            await module.forward(input).catch((error) => assert.ok(error.code));
            await module.forward(input, input).catch((error) => assert.ok(error.code));
          }
        }
      }
    }
  }
  step('weights that are not finite, or empty');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 3e38, 1e-45]) {
    const model = loadModuleSync(mlp);
    for (const weight of model.parameters()) weight.detach().fill_(value);
    for (const engine of engines) {
      for (const perChannel of [true, false]) {
        try {
          const { module } = quantizeDynamicSync(model, { engine, perChannel });
          module.forwardSync(x);
        } catch (error) {
          assert.ok(error.code, String(error));
        }
      }
    }
  }
}

async function amongRuns() {
  step('among runs, disposal, mutators and aborts');
  const pool = createPool({ threads: 4, intraOpThreads: 1 });
  for (let round = 0; round < 10; round++) {
    const model = await loadModule(mlp, { pool });
    const controller = new AbortController();
    const { signal } = controller;
    const work = [
      ...Array.from({ length: 8 }, () => model.forward(x)),
      ...engines.map((engine) => quantizeDynamic(model, { engine, signal })),
      ...engines.map((engine) => quantizeDynamic(model, { engine })),
      ...engines.map(() => loadModule(fixture('quantization/python-dynamic-jit'), { pool })),
      model.to('cpu'),
    ];
    if (round % 2 === 0) setImmediate(() => controller.abort(new Error('enough')));
    const layers = () => {
      model.dispose();
      return true;
    };
    work.push(quantizeDynamic(model, { layers }));
    for (const { reason } of await Promise.allSettled(work)) {
      if (reason) assert.ok(reason.message === 'enough' || reason.code === 'ERR_DISPOSED', reason);
    }
    assert.equal(await rejectionOf(quantizeDynamic(model)), 'ERR_DISPOSED');
    assert.equal(
      codeOf(() => quantizeDynamicSync(model)),
      'ERR_DISPOSED',
    );
  }
}

async function inWorkers() {
  step('workers end meanwhile');
  for (let round = 0; round < 4; round++) {
    const workers = [0, 1].map(
      (i) => new Worker(new URL(import.meta.url), { workerData: i + round }),
    );
    await Promise.all(workers.map((worker) => new Promise((go) => worker.once('online', go))));
    for (let i = 0; i < 50 * round; i++) await turn();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function givesMemoryBack() {
  step('200 quantizations');
  const model = jit.trace((input) => input.matmul(w.t()), [randn([2, 1024])]);
  const once = async () => {
    const result = await quantizeDynamic(model);
    result[Symbol.dispose]();
  };
  for (let i = 0; i < 100; i++) await once();
  await collect();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 200; i++) {
    await once();
    if (i % 20 === 0) await collect();
  }
  await collect();
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  // Each copies 4 MB and packs 1 MB; the allocator keeps some.
  if (!sanitized) assert.ok(grown < 100, `grew by ${grown} MB`);
}

const w = randn([1024, 1024]);
if (isMainThread) {
  const own = backends.quantized.engine;
  await hostileInputs();
  await amongRuns();
  await inWorkers();
  await givesMemoryBack();
  assert.equal(backends.quantized.engine, own);
  assert.equal(warnings.filter((message) => message.includes('torch.quint8')).length, 1);
  step('exit meanwhile');
  const model = loadModuleSync(mlp);
  for (let i = 0; i < 20; i++) void quantizeDynamic(model, { engine: engines[i % engines.length] });
  done();
  process.exit(0);
} else {
  await inWorker();
}
