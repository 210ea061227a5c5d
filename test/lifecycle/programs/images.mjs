/** `images.mjs TASK`: images that are decoded while the process does something else. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { memoryUsage, rand, tidy } from 'libtorch-node';
import {
  decodeImage,
  decodeImages,
  imagenet,
  imageToTensor,
  resize,
  tensorToImage,
} from 'libtorch-node/image';
import { codeOf, collect, done, messageOf, rejectionOf, step, turn } from './support.mjs';

const inImages = (name) => path.join(process.env.FIXTURES, 'images', name);
const photo = inImages('photo.jpg');
/** Long enough to be met while it runs. */
const long = { resize: 2400, interpolation: 'bicubic' };

async function decodeForever() {
  for (;;) await Promise.all([decodeImage(photo, long), decodeImages([photo, photo], long)]);
}

const tasks = {
  async terminate() {
    const file = new URL(import.meta.url);
    for (let i = 0; i < 8; i++) {
      const worker = new Worker(file, { workerData: { inWorker: true } });
      await messageOf(worker);
      for (let turns = 0; turns < i * 40; turns++) await turn();
      step(`terminating worker ${i}`);
      assert.equal(await worker.terminate(), 1);
      await collect(1);
    }
    assert.deepEqual((await decodeImage(photo, imagenet)).shape, [1, 3, 224, 224]);
  },

  async exit() {
    decodeForever();
    await decodeImage(photo, long);
    step('done');
    process.exit(0);
  },

  async bytes() {
    const expected = await decodeImage(photo, imagenet);
    const bytes = new Uint8Array(readFileSync(photo));
    const pending = decodeImage(bytes, imagenet);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    await collect();
    assert.ok((await pending).equal(expected));
    assert.equal(await rejectionOf(decodeImage(bytes)), 'ERR_DETACHED_BUFFER');
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    assert.equal(await rejectionOf(decodeImage(shared)), 'ERR_IMAGE_DECODE');
    const other = new Uint8Array(readFileSync(photo));
    const second = decodeImage(other, imagenet);
    other.fill(0);
    assert.ok((await second).equal(expected));
  },

  async collected() {
    await decodeImages([photo, photo], imagenet);
    await collect();
    const before = memoryUsage();
    for (let round = 0; round < 20; round++) {
      const batch = await decodeImages([photo, photo], imagenet);
      batch.dispose();
      const raw = await decodeImage(photo, { dtype: 'uint8', memoryFormat: 'channels_last' });
      globalThis.gc();
      await tensorToImage(raw);
      tidy(() => imageToTensor({ data: new Uint8Array(12), width: 2, height: 2 }).neg());
      raw.dispose();
      await rejectionOf(decodeImages([photo, inImages('cut-odd.jpg')], imagenet));
      await rejectionOf(decodeImages([photo, inImages('odd.jpg')]));
    }
    await collect();
    const after = memoryUsage();
    assert.equal(after.cpuBytes, before.cpuBytes);
    assert.equal(after.tensors, before.tensors);
  },

  async hostile() {
    const x = rand([3, 8, 8]);
    x.dispose();
    assert.equal(
      codeOf(() => resize(x, 4)),
      'ERR_DISPOSED',
    );
    assert.equal(await rejectionOf(tensorToImage(x)), 'ERR_DISPOSED');
    const y = rand([1, 3, 900, 900]);
    const pending = tensorToImage(y, { format: 'webp' });
    y.dispose();
    assert.ok((await pending).length > 0);
    const junk = [null, 1, {}, [], Symbol('x'), () => 0, new Proxy({}, {}), Object.create(null)];
    for (const value of junk) {
      await rejectionOf(decodeImage(value));
      await rejectionOf(decodeImages(value));
      await rejectionOf(decodeImages([value]));
      await rejectionOf(tensorToImage(value));
      codeOf(() => imageToTensor(value));
      codeOf(() => resize(value, 4));
      codeOf(() => imageToTensor({ data: value, width: 1, height: 1 }));
    }
    const getter = {
      data: new Uint8Array(12),
      width: 2,
      get height() {
        structuredClone(this.data.buffer, { transfer: [this.data.buffer] });
        return 2;
      },
    };
    assert.equal(
      codeOf(() => imageToTensor(getter)),
      'ERR_BYTE_LENGTH',
    );
    const huge = { resize: [2 ** 31, 2 ** 31] };
    const small = { data: new Uint8Array(12), width: 2, height: 2 };
    codeOf(() => imageToTensor(small, huge));
  },
};

if (isMainThread) {
  await tasks[process.argv[2]]();
  done();
} else if (workerData.inWorker) {
  const running = decodeForever();
  await decodeImage(photo, long);
  parentPort.postMessage('started');
  await running;
}
