// Precision, profiles and libraries of operators on a GPU: see scripts/test-cuda.sh.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as torch from 'libtorch-node';
import { digits } from './digits.mjs';

const { autocast, backends, matmul, ops, profile, randn, tensor, useDeterministicAlgorithms } =
  torch;
const libraries = fileURLToPath(new URL('../fixtures/op-libraries/', import.meta.url));
const cuda = { device: 'cuda:0' };

const difference = (a, b) => a.cpu().sub(b.cpu()).abs().max().item();

describe('precision on a GPU', () => {
  it('autocast lowers products, also of a run on another thread', async () => {
    const x = randn([8, 8], cuda);
    const options = { device: 'cuda' };
    assert.equal(autocast(options, () => matmul(x, x)).dtype, 'float16');
    assert.equal(autocast({ ...options, dtype: 'bfloat16' }, () => matmul(x, x)).dtype, 'bfloat16');
    assert.equal(autocast({ device: 'cpu' }, () => matmul(x, x)).dtype, 'float32');
    const model = await torch.loadModule(digits, cuda);
    const image = randn([1, 1, 8, 8], cuda);
    const [started] = autocast(options, () => [model.forward(image)]);
    const [lower, exact] = [await started, await model.forward(image)];
    assert.deepEqual([lower.dtype, exact.dtype], ['float16', 'float32']);
    assert.ok(difference(lower.to('float32'), exact) < 0.1);
  });

  it('TF32 is a switch', () => {
    const x = randn([512, 512], cuda);
    const exact = matmul(x, x);
    backends.cuda.matmul.allowTf32 = true;
    const fast = matmul(x, x);
    backends.cuda.matmul.allowTf32 = false;
    assert.equal(difference(matmul(x, x), exact), 0);
    const far = difference(fast, exact);
    assert.ok(far > 0 && far < 1, `TF32 differs by ${far}`);
  });

  it('operators without a deterministic algorithm fail where that is asked for', () => {
    useDeterministicAlgorithms(true);
    try {
      const code = { code: 'ERR_NOT_DETERMINISTIC' };
      const places = tensor([0n, 0n], cuda);
      const put = () => ops.aten.put_(torch.zeros([4], cuda), places, randn([2], cuda), false);
      assert.throws(put, code);
    } finally {
      useDeterministicAlgorithms(false);
    }
  });
});

describe('torchvision’s operators on a GPU', () => {
  it('give what they give on the CPU, on the device', () => {
    const corners = randn([50, 2]).abs().mul(10);
    const boxes = torch.cat([corners, corners.add(randn([50, 2]).abs().mul(5))], 1);
    const scores = randn([50]);
    const here = ops.torchvision.nms(boxes, scores, 0.3);
    const there = ops.torchvision.nms(boxes.cuda(), scores.cuda(), 0.3);
    assert.equal(there.device, 'cuda:0');
    assert.deepEqual(there.toArray(), here.toArray());
    const image = randn([1, 3, 16, 16]);
    const rois = torch.cat([torch.zeros([50, 1]), boxes], 1);
    const align = (to) => ops.torchvision.roi_align(to(image), to(rois), 0.5, 2, 2, 2, true);
    assert.ok(
      difference(
        align((t) => t.cuda()),
        align((t) => t),
      ) < 1e-6,
    );
  });
});

describe('profile on a GPU', () => {
  it('has kernels, in time with the operators that started them', async () => {
    const x = randn([1024, 1024], cuda);
    matmul(x, x);
    await torch.cuda.synchronize();
    const taken = await profile(() => [matmul(x, x), matmul(x, x)], { cuda: true });
    const kernels = taken.events.filter(({ kind }) => kind === 'kernel');
    const products = kernels.filter(({ duration }) => duration > 1);
    assert.ok(products.length >= 2, taken.table());
    assert.ok(kernels.every(({ start }) => start > 0 && start < taken.duration + 1e5));
    const operator = taken.events.find(({ name }) => name === 'aten::mm');
    assert.ok(Math.abs(products[0].start - operator.start) < 1e5, 'the clocks differ');
    assert.ok(taken.threads.some(({ name }) => /^cuda:0 stream \d+$/.test(name)));
    const shares = taken.averages.filter(({ kind }) => kind === 'kernel');
    assert.ok(Math.abs(shares.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6);
  });
});

describe('libraries of operators beside a GPU', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const compile = (name) => {
    const output = path.join(folder, `${name}.so`);
    const torchFolder = process.env.LIBTORCH;
    const flags = ['-std=c++20', '-O0', '-shared', '-fPIC', `-isystem${torchFolder}/include`];
    const links = [`-L${torchFolder}/lib`, '-ltorch_cpu', '-lc10'];
    execFileSync('c++', [...flags, `${libraries}${name}.cc`, '-o', output, ...links]);
    return output;
  };

  it('are tried in a copy of a process that uses the device', async () => {
    randn([4], cuda).add(1).toArray();
    const throws = compile('throws');
    await assert.rejects(torch.loadOpLibrary(throws), { code: 'ERR_OP_LIBRARY' });
    const names = await torch.loadOpLibrary(compile('scaled_add'));
    assert.deepEqual(names, ['mylib::scaled_add']);
    const x = tensor([1, 2], cuda);
    assert.deepEqual(ops.mylib.scaled_add(x, x, 2).toArray(), [3, 6]);
    assert.equal(x.add(1).device, 'cuda:0');
  });
});
