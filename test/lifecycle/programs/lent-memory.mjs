/** `lent-memory.mjs`: memory that an addon lent to a Buffer of a worker, read after the worker has ended. */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { fromBuffer, Tensor } from 'libtorch-node';
import sharp from 'sharp';
import { collect, done, messageOf, step } from './support.mjs';

const side = 2000;

if (isMainThread) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { inWorker: true } });
  const { handle, own } = await messageOf(worker);
  const tensor = Tensor.fromShared(handle);
  const shared = Tensor.fromShared(own);
  step('the worker ends');
  await worker.terminate();
  await collect();
  assert.equal(tensor.sum().item(), side * side * 255);
  assert.equal(shared.sum().item(), 4096);
  done();
} else if (workerData?.inWorker) {
  const create = { width: side, height: side, channels: 3, background: '#ff0000' };
  const pixels = await sharp({ create }).raw().toBuffer();
  const tensor = fromBuffer(pixels, { shape: [side, side, 3] });
  assert.equal(tensor.sharesMemory, false);
  // V8's own memory lasts, so it is not copied where the runtime lets it be pinned.
  const own = fromBuffer(new Uint8Array(4096).fill(1));
  parentPort.postMessage({ handle: { ...tensor.share() }, own: { ...own.share() } });
  setInterval(() => {}, 1000);
}
