// Runs with `node --test` on a machine with a GPU: see scripts/test-cuda.sh.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as torch from 'libtorch-node';
import { digits, traced } from './digits.mjs';

const close = (a, b, atol) => {
  const [x, y] = [a.toTypedArray(), b.toTypedArray()];
  assert.equal(x.length, y.length);
  x.forEach((value, i) => {
    assert.ok(Math.abs(value - y[i]) <= atol, `element ${i}: ${value} and ${y[i]}`);
  });
};

describe('cuda', () => {
  it('is available, and counts its devices', () => {
    assert.equal(torch.cuda.isAvailable(), true);
    assert.ok(torch.cuda.deviceCount() >= 1);
    assert.ok(torch.backends().devices.includes('cuda:0'));
  });

  it('moves tensors there and back', async () => {
    const x = torch.arange(6).reshape([2, 3]);
    const y = x.to('cuda:0');
    assert.equal(y.device, 'cuda:0');
    assert.deepEqual(y.cpu().toArray(), x.toArray());
    assert.deepEqual(y.toArray(), x.toArray());
    assert.deepEqual(await y.toArrayAsync(), x.toArray());
    const z = await x.toAsync('cuda:0');
    assert.equal(z.device, 'cuda:0');
    assert.equal((await z.toAsync('cpu')).device, 'cpu');
    assert.equal(x.cuda().device, 'cuda:0');
    assert.equal(y.reshape([6]).item === undefined, false);
  });

  it('makes tensors on the device', () => {
    const x = torch.zeros([2, 2], { device: 'cuda:0' });
    assert.equal(x.device, 'cuda:0');
    assert.equal(torch.tensor([1, 2, 3], { device: 'cuda' }).device, 'cuda:0');
    assert.match(x.toString(), /device='cuda:0'/);
  });

  it('copies values in', () => {
    const x = torch.zeros([4], { device: 'cuda:0' });
    x.copyFrom(new Float32Array([1, 2, 3, 4]));
    assert.deepEqual(x.toArray(), [1, 2, 3, 4]);
  });

  it('says which call makes a view', () => {
    const x = torch.zeros([2], { device: 'cuda:0' });
    assert.throws(() => x.data, { code: 'ERR_NO_VIEW', message: /cpu\(\)/ });
  });

  it('pins memory and copies without blocking', async () => {
    const x = torch.rand([1024, 1024]).pinMemory();
    const y = x.to({ device: 'cuda:0', nonBlocking: true });
    await torch.cuda.synchronize();
    close(y.cpu(), x, 0);
  });

  for (const path of [digits, traced]) {
    it(`runs ${path.endsWith('traced.pt') ? 'a traced' : 'a scripted'} module with the CPU's results`, async () => {
      const cpu = await torch.loadModule(path);
      const gpu = await torch.loadModule(path, { device: 'cuda:0' });
      torch.manualSeed(0);
      const x = torch.rand([8, 1, 8, 8]);
      const expected = await cpu.forward(x);
      const sync = gpu.forwardSync(x.to('cuda:0'));
      assert.equal(sync.device, 'cuda:0');
      close(sync.cpu(), expected, 1e-2);
      const many = await Promise.all(Array.from({ length: 16 }, () => gpu.forward(x.to('cuda:0'))));
      for (const y of many) close(y.cpu(), expected, 1e-2);
    });
  }

  it('moves a loaded module', async () => {
    const model = await torch.loadModule(traced);
    await model.to('cuda:0');
    for (const [, parameter] of model.namedParameters()) assert.equal(parameter.device, 'cuda:0');
    const y = await model.forward(torch.rand([1, 1, 8, 8], { device: 'cuda:0' }));
    assert.equal(y.device, 'cuda:0');
    await model.to('cpu');
    assert.equal((await model.forward(torch.rand([1, 1, 8, 8]))).device, 'cpu');
  });

  it('rejects inputs on another device with an error of LibTorch', async () => {
    const model = await torch.loadModule(traced, { device: 'cuda:0' });
    await assert.rejects(model.forward(torch.rand([1, 1, 8, 8])), (error) => {
      assert.ok(error instanceof torch.TorchError);
      return /device/i.test(error.message);
    });
  });

  it('runs out of memory with an error, and goes on', async () => {
    const huge = () => torch.empty([2 ** 40], { device: 'cuda:0' });
    assert.throws(huge, (error) => {
      assert.ok(error instanceof torch.OutOfMemoryError, String(error));
      return error.code === 'ERR_OUT_OF_MEMORY';
    });
    const x = torch.ones([4], { device: 'cuda:0' });
    assert.deepEqual(x.toArray(), [1, 1, 1, 1]);
    const model = await torch.loadModule(traced, { device: 'cuda:0' });
    assert.deepEqual(
      (await model.forward(torch.rand([2, 1, 8, 8], { device: 'cuda:0' }))).shape,
      [2, 10],
    );
  });

  it('reports and releases memory', async () => {
    torch.cuda.resetPeakMemoryStats(0);
    const before = torch.cuda.memoryStats(0).allocatedBytes.current;
    const x = torch.zeros([1024, 1024], { device: 'cuda:0' });
    assert.equal(torch.cuda.memoryStats(0).allocatedBytes.current - before, 4 * 1024 * 1024);
    assert.ok(torch.memoryUsage().cudaBytes >= 4 * 1024 * 1024);
    x.dispose();
    assert.equal(torch.cuda.memoryStats(0).allocatedBytes.current, before);
    torch.cuda.emptyCache();
    assert.ok(torch.cuda.memoryStats(0).totalBytes > 0);
  });

  it('names a device that is not there', () => {
    assert.throws(() => torch.zeros([1], { device: 'cuda:99' }), {
      code: 'ERR_DEVICE_UNAVAILABLE',
    });
    assert.throws(() => torch.zeros([1]).to('cuda:99'), { code: 'ERR_DEVICE_UNAVAILABLE' });
  });

  it('shares a module on the device with workers', async () => {
    const { Worker } = await import('node:worker_threads');
    const model = await torch.loadModule(traced, { device: 'cuda:0' });
    const x = torch.rand([4, 1, 8, 8]);
    const expected = await model.forward(x.to('cuda:0'));
    const code = `
      import { workerData, parentPort } from 'node:worker_threads';
      import * as torch from 'libtorch-node';
      const model = torch.moduleFromShared(workerData.handle);
      const x = torch.tensor(workerData.data).reshape([4, 1, 8, 8]).to('cuda:0');
      parentPort.postMessage((await model.forward(x)).toArray());`;
    const path = fileURLToPath(new URL('./worker.tmp.mjs', import.meta.url));
    const { writeFileSync, rmSync } = await import('node:fs');
    writeFileSync(path, code);
    try {
      const worker = new Worker(path, {
        workerData: { handle: model.share(), data: x.toTypedArray() },
      });
      const [result] = await Promise.all([
        new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)),
        new Promise((resolve) => worker.once('exit', resolve)),
      ]);
      close(torch.tensor(result), expected.cpu(), 1e-4);
    } finally {
      rmSync(path);
    }
  });
});
