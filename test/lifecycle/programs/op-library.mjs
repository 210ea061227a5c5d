/** `op-library.mjs registers|refuses|replaces|works`: libraries of operators, compiled beforehand. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import {
  jit,
  LoadError,
  loadModule,
  loadModuleSync,
  loadOpLibrary,
  loadOpLibrarySync,
  ones,
  ops,
  tensor,
} from 'libtorch-node';
import { done, fixture, step, turn } from './support.mjs';

const library = (name) => path.join(process.env.LIBRARIES, `${name}.so`);
const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const inScratch = (name) => path.join(scratch, name);

const source = `
def forward(self, a: Tensor, b: Tensor) -> Tensor:
    return torch.ops.mylib.scaled_add(a, b, 0.5)
`;
const boxes = tensor([
  [0, 0, 2, 2],
  [0, 0, 2, 2.1],
]);
const scores = tensor([1, 0.5]);

async function registers() {
  step('before');
  const missing = { code: 'ERR_UNKNOWN_OPERATOR' };
  assert.throws(() => ops.mylib.scaled_add(ones([2]), ones([2])), missing);
  assert.throws(() => jit.compile(source), { code: 'ERR_COMPILE' });
  step('load');
  assert.deepEqual(await loadOpLibrary(library('scaled_add')), ['mylib::scaled_add']);
  step('call');
  assert.deepEqual(ops.mylib.scaled_add(ones([2]), ones([2]), 3).toArray(), [4, 4]);
  assert.deepEqual(ops.mylib.scaled_add(ones([2]), ones([2]), { scale: 2 }).toArray(), [3, 3]);
  assert.deepEqual(ops.mylib.scaled_add.default(ones([2]), ones([2])).toArray(), [2, 2]);
  step('again');
  assert.deepEqual(loadOpLibrarySync(library('scaled_add')), ['mylib::scaled_add']);
  step('script');
  const module = jit.compile(source);
  assert.deepEqual(module.forwardSync(ones([2]), ones([2])).toArray(), [1.5, 1.5]);
  await module.save(inScratch('uses-it.pt'));
  const loaded = await loadModule(inScratch('uses-it.pt'));
  assert.deepEqual((await loaded.forward(ones([2]), ones([2]))).toArray(), [1.5, 1.5]);
  step('worker');
  const worker = new Worker(new URL(import.meta.url), { argv: ['worker'] });
  const answer = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  assert.equal(answer, 6);
  await worker.terminate();
}

async function refuses() {
  copyFileSync(library('scaled_add'), inScratch('copy.so'));
  writeFileSync(inScratch('junk.so'), 'no library');
  const elf = Buffer.alloc(4096);
  elf.write('\x7fELF', 'latin1');
  writeFileSync(inScratch('elf.so'), elf);
  await loadOpLibrary(library('scaled_add'));
  const cases = [
    [library('throws'), 'ERR_OP_LIBRARY', /threw: no license was found/],
    [library('crashes'), 'ERR_OP_LIBRARY', /crash: Segmentation fault/],
    [library('exits'), 'ERR_OP_LIBRARY', /end the process/],
    [
      library('undefined'),
      'ERR_OP_LIBRARY',
      /at::from_another_version\(double\).*LibTorch of this/,
    ],
    [inScratch('copy.so'), 'ERR_OP_LIBRARY', /registered that already/],
    [inScratch('junk.so'), 'ERR_OP_LIBRARY', /Expected a shared library/],
    [inScratch('elf.so'), 'ERR_OP_LIBRARY', /./],
    [scratch, 'ERR_OP_LIBRARY', /a folder/],
    [inScratch('none.so'), 'ERR_FILE_NOT_FOUND', /none\.so/],
  ];
  for (const [file, code, message] of cases) {
    step(path.basename(file));
    const error = await loadOpLibrary(file).catch((reason) => reason);
    assert.ok(error instanceof LoadError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.throws(() => loadOpLibrarySync(file), { code });
  }
  assert.deepEqual(ops.mylib.scaled_add(ones([1]), ones([1]), 3).toArray(), [4]);
  const module = loadModuleSync(fixture('mlp'));
  assert.equal((await module.forward(ones([1, 16]))).dtype, 'float32');
}

async function replaces() {
  step('ours');
  const kept = `
def forward(self, boxes: Tensor, scores: Tensor) -> Tensor:
    return torch.ops.torchvision.nms(boxes, scores, 0.5)
`;
  const model = jit.compile(kept);
  const bound = ops.torchvision.nms;
  const pooled = () => {
    const roi = tensor([[0, 0, 0, 2, 2]]);
    return ops.torchvision.roi_align(ones([1, 1, 4, 4]), roi, 1, 1, 1, 2, false).item();
  };
  assert.deepEqual(bound(boxes, scores, 0.5).toArray(), [0]);
  assert.deepEqual(model.forwardSync(boxes, scores).toArray(), [0]);
  assert.equal(pooled(), 1);
  step('the library, among calls');
  let loaded = null;
  const loading = loadOpLibrary(library('nms')).then((names) => {
    loaded = names;
  });
  while (loaded === null) {
    try {
      bound(boxes, scores, 0.5);
      ops.torchvision.nms.default(boxes, scores, 0.5);
      model.forwardSync(boxes, scores);
      jit.compile(kept);
    } catch (error) {
      assert.ok(error.code, error.stack);
    }
    await turn();
  }
  await loading;
  assert.deepEqual(loaded, ['torchvision::nms']);
  assert.deepEqual(bound(boxes, scores, 0.5).shape, [0]);
  assert.deepEqual(ops.torchvision.nms(boxes, scores, 0.5).shape, [0]);
  assert.deepEqual(model.forwardSync(boxes, scores).shape, [0]);
  assert.equal(pooled(), 1);
  step('models from before');
  assert.match(model.graph(), /torchvision::nms/);
  const again = await loadModule(await model.toBytes());
  for (const each of [again, await model.clone(), await jit.freeze(model.eval())]) {
    assert.deepEqual(each.forwardSync(boxes, scores).shape, [0]);
  }
}

async function works() {
  const module = loadModuleSync(fixture('mlp'));
  const busy = async () => {
    for (let i = 0; i < 40; i++) {
      await module.forward(ones([4, 16]));
      await loadModule(fixture('mlp'));
    }
  };
  step('meanwhile');
  const names = ['scaled_add', 'nms', 'throws', 'crashes', 'undefined', 'throws', 'scaled_add'];
  const [loads] = await Promise.all([
    Promise.allSettled(names.map((name) => loadOpLibrary(library(name)))),
    busy(),
    busy(),
  ]);
  const expected = names.map((name) => (/scaled|nms/.test(name) ? 'fulfilled' : 'rejected'));
  assert.deepEqual(
    loads.map(({ status }) => status),
    expected,
  );
}

/** In a worker of `registers`. */
async function worker() {
  parentPort.postMessage(ops.mylib.scaled_add(ones([1]), ones([1]), 5).item());
}

await { registers, refuses, replaces, works, worker }[process.argv[2]]();
if (isMainThread) done();
