// One part of a model in a worker: takes tensors from the stage before it, gives to the one behind it.

import { parentPort, workerData } from 'node:worker_threads';
import { createPool, moduleFromShared } from 'libtorch-node';
import { Courier } from './courier.mjs';

const part = moduleFromShared(workerData);
const pool = createPool({ threads: 1, intraOpThreads: 1 });

parentPort.once('message', async (ports) => {
  const before = new Courier(ports.from);
  const behind = new Courier(ports.to);
  for (let x = await before.receive(); x !== null; x = await before.receive()) {
    const y = await part.run('forward', [x], { pool });
    x.dispose();
    behind.send(y);
    y.dispose();
  }
  behind.close();
});
parentPort.postMessage('ready');
