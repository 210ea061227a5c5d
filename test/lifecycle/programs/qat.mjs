/**
 * `qat.mjs TASK`: trains a module whose values are rounded while workers run it, things are disposed
 * and FakeQuantize modules are tampered with.
 */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  convert,
  convertSync,
  disableObserver,
  enableObserver,
  loadModule,
  loadModuleSync,
  moduleFromShared,
  nn,
  ones,
  optim,
  prepareQat,
  prepareQatSync,
  randn,
  setWarningHandler,
  tensor,
  tidy,
} from 'libtorch-node';
import {
  codeOf,
  collect,
  done,
  fixture,
  messageOf,
  rejectionOf,
  step,
  terminateInTurn,
} from './support.mjs';

setWarningHandler(() => {});
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

/** What a thunk throws; 'nothing' where it does not. Either way the process goes on. */
function outcome(fn) {
  try {
    fn()?.dispose?.();
    return 'nothing';
  } catch (error) {
    assert.match(String(error.code), /^ERR_/, error.stack);
    return error.code;
  }
}

const tasks = {
  /** A thousand steps in a tidy, and what is prepared and converted, take no memory. */
  async memory() {
    const model = await loadModule(fixture('mlp'));
    const qat = await prepareQat(model);
    const optimizer = new optim.AdamW(qat.parameters());
    const grown = async (work) => {
      const measure = async () => {
        work();
        await collect(1);
        return process.memoryUsage().rss / 2 ** 20;
      };
      for (let i = 0; i < 2; i++) await measure();
      const before = await measure();
      for (let i = 0; i < 3; i++) await measure();
      return (await measure()) - before;
    };
    const training = await grown(() => {
      for (let i = 0; i < 250; i++) trainOnce(qat, optimizer);
    });
    step(`training ${training.toFixed(1)} MiB`);
    assert.ok(training < 8, `training grew by ${training} MiB`);
    const making = await grown(() => {
      for (let i = 0; i < 10; i++) {
        const prepared = prepareQatSync(model);
        tidy(() => prepared.forwardSync(x));
        convertSync(prepared).module.dispose();
        prepared.dispose();
      }
    });
    step(`making ${making.toFixed(1)} MiB`);
    assert.ok(making < 12, `preparing and converting grew by ${making} MiB`);
  },

  /** Workers run the weights with ranges of their own, convert them, and are terminated. */
  async shared() {
    const model = await loadModule(fixture('mlp'));
    const qat = await prepareQat(model);
    const optimizer = new optim.Adam(qat.parameters(), { lr: 0.01 });
    for (let round = 0; round < 3; round++) {
      const worker = new Worker(new URL(import.meta.url), {
        workerData: { shared: qat.share(), task: 'endless' },
      });
      assert.equal(await messageOf(worker), 'started');
      const running = Array.from({ length: 8 }, () => qat.forward(x));
      for (let i = 0; i < 100; i++) trainOnce(qat, optimizer);
      await Promise.all(running);
      const { module, quantized } = await convert(qat);
      assert.equal(quantized.length, 2);
      module.dispose();
      step(`terminating worker ${round}`);
      await worker.terminate();
    }
    assert.ok(Number.isFinite(trainOnce(qat, optimizer)));
  },

  /** A worker that prepares, trains and converts is terminated in the midst of it. */
  async terminated() {
    await terminateInTurn(3, import.meta.url, { task: 'train' });
  },

  /** What is prepared, trained and converted goes meanwhile. */
  async disposed() {
    for (let round = 0; round < 10; round++) {
      const model = await loadModule(fixture('mlp'));
      const preparing = prepareQat(model);
      model.dispose();
      const qat = await preparing;
      const running = Array.from({ length: 4 }, () => qat.forward(x));
      const converting = convert(qat);
      const parameters = qat.parameters();
      const optimizer = new optim.SGD(parameters, { lr: 0.1 });
      qat.dispose();
      await collect(1);
      const outputs = await Promise.all(running);
      outputs.reduce((sum, y) => sum.add(y.sum()), ones([])).backward();
      optimizer.step();
      const { module } = await converting;
      module.forwardSync(x).dispose();
      module.dispose();
      assert.equal(await rejectionOf(convert(qat)), 'ERR_DISPOSED');
      optimizer.dispose();
      await collect(1);
    }
  },

  /** Everything that FakeQuantize modules hold is reachable, and may be nonsense. */
  async tampered() {
    const model = await loadModule(fixture('mlp'));
    const made = [];
    const values = {
      scale: [tensor([]), ones([3, 3]), tensor([Number.NaN]), ones([1], { dtype: 'float64' })],
      zero_point: [tensor([]), ones([9]), tensor(Int32Array.of(1_000_000)), ones([1])],
      min_val: [tensor([]), ones([7, 7]), tensor(Number.NaN), tensor(-1e38)],
      max_val: [tensor([]), ones([2]), tensor(Number.POSITIVE_INFINITY), ones([16])],
      observer_enabled: [tensor([]), tensor(Uint8Array.of()), ones([2, 2])],
      fake_quant_enabled: [tensor([]), ones([1])],
      ch_axis: [99, -99],
      dtype: [5, 99, -1],
      qscheme: [0, 1, 3, 77],
      quant_min: [1000, -(2 ** 40)],
      quant_max: [-1000, 2 ** 40],
      eps: [tensor([]), tensor([-1])],
    };
    const prepared = prepareQatSync(model);
    prepared.forwardSync(x).dispose();
    const scales = [...prepared.namedBuffers()].filter(([name]) => name.endsWith('.scale'));
    // One of an activation and one of a weight.
    const observers = [1, 16].map((size) => scales.find(([, scale]) => scale.shape[0] === size)[0]);
    for (const observer of observers.map((name) => name.replace('.scale', ''))) {
      for (const [name, candidates] of Object.entries(values)) {
        for (const [i, value] of candidates.entries()) {
          for (const holder of [observer, `${observer}.activation_post_process`]) {
            for (const old of made.splice(0)) old.dispose();
            const qat = prepared.cloneSync();
            made.push(qat);
            if (outcome(() => qat.setAttribute(`${holder}.${name}`, value)) !== 'nothing') continue;
            step(`${holder}.${name} ${i}`);
            for (let run = 0; run < 2; run++) outcome(() => qat.forwardSync(x));
            outcome(() => qat.forwardSync(x).sum().backward());
            outcome(() => convertSync(qat));
            outcome(() => disableObserver(qat));
            outcome(() => qat.forwardSync(x));
            outcome(() => convertSync(qat).module.forwardSync(x));
            outcome(() => enableObserver(qat));
          }
        }
      }
    }
    const qat = prepareQatSync(model);
    for (const [, buffer] of qat.namedBuffers()) {
      assert.equal(
        codeOf(() => buffer.resize_([100, 100])),
        'ERR_NOT_RESIZABLE',
      );
    }
    qat.forwardSync(x).dispose();
    for (const parameter of qat.parameters()) {
      assert.equal(
        outcome(() => parameter.detach().resize_([100, 100])),
        'ERR_NOT_RESIZABLE',
      );
    }
    convertSync(qat).module.dispose();
  },
};

/** What workers do. */
const work = {
  endless({ shared }) {
    const model = moduleFromShared(shared);
    for (;;) {
      tidy(() => model.forwardSync(x));
      convertSync(model).module.dispose();
    }
  },
  train() {
    const model = loadModuleSync(fixture('mlp'));
    for (;;) {
      const qat = prepareQatSync(model);
      const optimizer = new optim.Adam(qat.parameters());
      for (let i = 0; i < 5; i++) trainOnce(qat, optimizer);
      convertSync(qat).module.dispose();
      for (const owner of [qat, optimizer]) owner.dispose();
    }
  },
};

if (isMainThread) {
  await tasks[process.argv[2]]();
  done();
} else {
  parentPort.postMessage('started');
  work[workerData.task](workerData);
}
