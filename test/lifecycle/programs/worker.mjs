/** What a worker of these programs does: `workerData.task` names it. */
import { parentPort, threadId, workerData } from 'node:worker_threads';
import {
  loadModule,
  loadModuleSync,
  moduleFromShared,
  ones,
  randn,
  setWarningHandler,
  Tensor,
  tensor,
} from 'libtorch-node';
import { fixture, slowFor } from './support.mjs';

const minute = 60_000;
const tasks = {
  /** Loads and runs, both ways. */
  async loadAndRun({ runs = 10 }) {
    const model = await loadModule(fixture('mlp'));
    const expected = model.forwardSync(ones([1, 16])).toArray();
    for (let i = 0; i < runs; i++) {
      const [y, z] = await Promise.all([
        model.forward(ones([1, 16])),
        model.forward(ones([1, 16])),
      ]);
      const same = [y, z].every((t) => t.allclose(tensor(expected)));
      if (!same) throw new Error(`worker ${threadId}: run ${i} differs`);
    }
    return expected;
  },
  /** Leaves behind all that an environment can own. */
  async leaveThings() {
    const model = await loadModule(fixture('objects'));
    globalThis.kept = [model, await model.run('make_counter', [1]), randn([64, 64])];
    globalThis.views = globalThis.kept[2].data;
    globalThis.shares = [model.share(), globalThis.kept[2].share()];
    setWarningHandler(() => {});
    model.forward(randn([512, 512]));
    return globalThis.shares;
  },
  async endlessModel() {
    const model = await loadModule(fixture('slow'));
    model.forward(slowFor('forward', minute));
    globalThis.kept = [model, randn([1024]).data];
    return 'started';
  },
  async endlessOperator() {
    const model = await loadModule(fixture('slow'));
    model.run('operator', [slowFor('operator', minute)]);
    return 'started';
  },
  async manyRuns() {
    const model = await loadModule(fixture('five-ms'));
    const x = randn([32, 512]);
    const again = () => model.forward(x).then(again);
    for (let i = 0; i < 16; i++) again();
    return 'started';
  },
  async loading() {
    const again = () => loadModule(fixture('resnet')).then(again);
    for (let i = 0; i < 8; i++) again();
    return 'started';
  },
  async throwsDuringRun() {
    const model = await loadModule(fixture('slow'));
    model.forward(slowFor('forward', minute));
    throw new Error('the worker fails');
  },
  async exitsDuringRun() {
    const model = await loadModule(fixture('slow'));
    model.forward(slowFor('forward', minute));
    process.exit(3);
  },
  /** Works on a module that another environment shares. */
  async runShared({ shared, runs }) {
    const model = moduleFromShared(shared);
    const totals = [];
    const results = Array.from({ length: runs }, () => model.forward(ones([2])));
    for (const y of await Promise.all(results)) totals.push(y.item());
    return { totals, count: await model.run('peek') };
  },
  /** Says what arrives when a Tensor itself is posted. */
  receiveTensor({ posted, handle, module }) {
    const codes = [posted.tensor, posted.module, posted.pool].map((value) => {
      try {
        return loadModuleSync(fixture('mlp')).forwardSync(value).shape;
      } catch (error) {
        return error.code;
      }
    });
    const claimed = Tensor.fromShared(handle);
    claimed.copyFrom(new Float32Array([5, 6, 7]));
    const y = moduleFromShared(module).forwardSync(ones([1, 16]));
    return { codes, values: claimed.toArray(), shape: y.shape };
  },
  async runUntilRevoked({ handle, shared }) {
    const t = Tensor.fromShared(handle);
    const model = moduleFromShared(shared);
    parentPort.postMessage('claimed');
    await new Promise((resolve) => parentPort.once('message', resolve));
    const codes = [() => Tensor.fromShared(handle), () => moduleFromShared(shared)].map((claim) => {
      try {
        claim();
        return 'claimed';
      } catch (error) {
        return error.code;
      }
    });
    return { codes, values: t.toArray(), shape: (await model.forward(ones([1, 16]))).shape };
  },
};

parentPort.postMessage(await tasks[workerData.task](workerData));
