// One half of a model in a worker: loads its own file, takes tensors from the stage before it, gives to the
// one behind it.

import { parentPort, workerData } from 'node:worker_threads';
import { createPool, loadModule } from 'libtorch-node';
import { Courier } from '../pipeline/courier.mjs';

const pool = createPool({ threads: 1, intraOpThreads: 1 });
const half = await loadModule(workerData, { format: 'lite', pool });

parentPort.once('message', async (ports) => {
  const before = new Courier(ports.from);
  const behind = new Courier(ports.to);
  for (let x = await before.receive(); x !== null; x = await before.receive()) {
    const y = await half.forward(x);
    x.dispose();
    behind.send(y);
    y.dispose();
  }
  behind.close();
  half.dispose();
});
parentPort.postMessage('ready');
