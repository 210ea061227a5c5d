/** Ends the process from the main thread while a worker is inside a synchronous run of a minute. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadModuleSync } from 'libtorch-node';
import { fixture, slowFor, step } from './support.mjs';

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url));
  worker.once('message', () => {
    step('ending');
    process.exit(7);
  });
} else {
  const slow = loadModuleSync(fixture('slow'));
  // Warm, so that it is inside the operator by the time the message arrives.
  slow.runSync('operator', [1]);
  parentPort.postMessage('running');
  slow.runSync('operator', [slowFor('operator', 60_000)]);
}
