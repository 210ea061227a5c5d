/**
 * `train.mjs TASK`: trains a module while workers run the same weights, things are disposed and
 * collected, or the process ends.
 */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  enableGrad,
  inferenceMode,
  loadModule,
  loadModuleSync,
  moduleFromShared,
  nn,
  noGrad,
  ones,
  optim,
  randn,
  tidy,
} from 'libtorch-node';
import { codeOf, collect, done, fixture, messageOf, step, terminateInTurn } from './support.mjs';

const x = randn([8, 16]);
const target = randn([8, 4]);

function trainOnce(model, optimizer) {
  return tidy(() => {
    optimizer.zeroGrad();
    const loss = nn.functional.mseLoss(model.forwardSync(x), target);
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

const tasks = {
  /** Workers run the weights, and are terminated, while they are trained here. */
  async shared() {
    const model = (await loadModule(fixture('mlp'))).train();
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { shared: model.share(), task: 'endless' },
      });
      assert.equal(await messageOf(worker), 'started');
      const running = Array.from({ length: 8 }, () => model.forward(x));
      for (let i = 0; i < 200; i++) trainOnce(model, optimizer);
      for (const y of await Promise.all(running)) {
        // The weights have changed since: an error, not a crash.
        assert.equal(
          codeOf(() => y.sum().backward()),
          'ERR_MODIFIED_IN_PLACE',
        );
      }
      for (const parameter of model.parameters()) {
        assert.equal(
          codeOf(() => noGrad(() => parameter.t_())),
          'ERR_NOT_RESIZABLE',
        );
        model.requiresGrad_(round % 2 === 1).requiresGrad_();
      }
      step(`terminating worker ${round}`);
      await worker.terminate();
    }
    assert.ok(trainOnce(model, optimizer) < 1);
  },

  /** A worker that trains is terminated in the midst of it. */
  async terminated() {
    await terminateInTurn(3, import.meta.url, { task: 'train' });
  },

  /** What a graph is made of goes before the backward pass, and while it is made elsewhere. */
  async disposed() {
    const model = (await loadModule(fixture('mlp'))).train();
    const parameters = model.parameters();
    const optimizer = new optim.SGD(parameters, { lr: 0.1 });
    for (let round = 0; round < 20; round++) {
      const input = randn([8, 16], { requiresGrad: true });
      const runs = Array.from({ length: 4 }, () => model.forward(input));
      input.dispose();
      const outputs = await Promise.all(runs);
      const loss = outputs.reduce((sum, y) => sum.add(y.sum()), ones([]));
      for (const y of outputs) y.dispose();
      await collect(1);
      loss.backward();
      optimizer.step();
      loss.dispose();
    }
    for (const parameter of parameters) parameter.dispose();
    const y = model.forwardSync(x).sum();
    model.dispose();
    await collect(2);
    y.backward();
    optimizer.step();
    optimizer.dispose();
    optimizer.dispose();
    assert.equal(
      codeOf(() => optimizer.step()),
      'ERR_DISPOSED',
    );
    let deep = ones([1], { requiresGrad: true });
    for (let i = 0; i < 100_000; i++) deep = tidy(() => deep.mul(1));
    deep.dispose();
    await collect(2);
  },

  /** The modes end with the process. */
  async exit() {
    noGrad(() => inferenceMode(() => enableGrad(() => process.exit(7))));
  },

  /** A thousand steps in a tidy take no memory. */
  async memory() {
    const model = (await loadModule(fixture('mlp'))).train();
    const optimizer = new optim.AdamW(model.parameters());
    const train = (steps) => {
      for (let i = 0; i < steps; i++) trainOnce(model, optimizer);
      globalThis.gc();
      return process.memoryUsage().rss / 2 ** 20;
    };
    train(1000);
    const before = train(100);
    const grown = train(1000) - before;
    step(`${grown.toFixed(1)} MiB`);
    assert.ok(grown < 8, `grew by ${grown} MiB`);
  },
};

/** What workers do. */
const work = {
  endless({ shared }) {
    const model = moduleFromShared(shared);
    for (;;) {
      tidy(() => model.forwardSync(x));
      for (const parameter of model.parameters()) assert.equal(parameter.ndim > 0, true);
    }
  },
  train() {
    const model = loadModuleSync(fixture('mlp')).train();
    const optimizer = new optim.Adam(model.parameters());
    for (;;) enableGrad(() => trainOnce(model, optimizer));
  },
};

if (isMainThread) {
  await tasks[process.argv[2]]();
  done();
} else {
  parentPort.postMessage('started');
  work[workerData.task](workerData);
}
