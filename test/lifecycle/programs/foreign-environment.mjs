/** Tensors, modules and pools of one environment, in another. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import vm from 'node:vm';
import { Worker } from 'node:worker_threads';
import {
  createPool,
  fromBuffer,
  loadModuleSync,
  memoryUsage,
  moduleFromShared,
  ones,
  Tensor,
  tensor,
} from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { codeOf, collect, done, fixture, messageOf, step } from './support.mjs';

const file = new URL('worker.mjs', import.meta.url);
const t = tensor([1, 2, 3]);
const model = loadModuleSync(fixture('mlp'));

step('posted to a worker');
const clone = (value) => structuredClone(Object.assign(Object.create(null), value));
const posted = { tensor: clone(t), module: clone(model), pool: clone(createPool({ threads: 1 })) };
const handle = t.share();
const worker = new Worker(file, {
  workerData: { task: 'receiveTensor', posted, handle: { ...handle }, module: model.share() },
});
const answer = await messageOf(worker);
assert.deepEqual(answer.codes, Array(3).fill('ERR_INVALID_ARG_TYPE'));
assert.deepEqual(answer.values, [5, 6, 7]);
assert.deepEqual(t.toArray(), [5, 6, 7]);
assert.deepEqual(answer.shape, [1, 4]);

step('revoked while claimed');
const late = new Worker(file, {
  workerData: { task: 'runUntilRevoked', handle: { ...handle }, shared: model.share() },
});
assert.equal(await messageOf(late), 'claimed');
handle.dispose();
t.dispose();
model.dispose();
await collect();
const lateAnswer = messageOf(late);
late.postMessage('revoked');
const { codes, values, shape } = await lateAnswer;
assert.deepEqual(codes, ['ERR_SHARE_REVOKED', 'ERR_SHARE_REVOKED']);
assert.deepEqual(values, [5, 6, 7]);
assert.deepEqual(shape, [1, 4]);

step('what a worker shared, after it ended');
const giver = new Worker(file, { workerData: { task: 'leaveThings' } });
const [moduleShare, tensorShare] = await messageOf(giver);
await giver.terminate();
await collect();
for (const claim of [() => moduleFromShared(moduleShare), () => Tensor.fromShared(tensorShare)]) {
  try {
    claim().dispose();
  } catch (error) {
    assert.equal(error.code, 'ERR_SHARE_REVOKED');
  }
}

step('the addon a second time in this thread');
const require = createRequire(import.meta.url);
const addonFile = Object.keys(require.cache).find((name) => name.endsWith('libtorch_node.node'));
assert.ok(addonFile);
delete require.cache[addonFile];
const second = require(addonFile);
assert.notEqual(second, native);
class OtherTensor {}
const hooks = {
  Tensor: OtherTensor,
  token: {},
  wrapScriptObject: (object) => object,
  makeError: (code, message) => Object.assign(new Error(message), { code }),
  warn: () => {},
};
assert.equal(
  codeOf(() => second.tensor.fromData(new ArrayBuffer(4), 0, 'float32', [1])),
  'ERR_NOT_INITIALIZED',
);
second.initialize(hooks);
const mine = ones([2]);
const theirs = second.tensor.fromData(new Float32Array([1, 2]).buffer, 0, 'float32', [2]);
assert.ok(theirs instanceof OtherTensor);
const misuse = [
  () => second.tensor.shape(mine),
  () => second.tensor.data(mine),
  () => second.tensor.dispose(mine),
  () => native.tensor.shape(theirs),
  () => native.tensor.dispose(theirs),
  () => native.ops.bind('aten::add')(mine, theirs),
  () => second.ops.bind('aten::neg')(mine),
  () => mine.equal(theirs),
];
for (const call of misuse) {
  const code = codeOf(call);
  const expected = ['ERR_FOREIGN_ENVIRONMENT', 'ERR_INVALID_ARG_TYPE', 'ERR_NO_OVERLOAD'];
  assert.ok(expected.includes(code), `${call} gave ${code}`);
}
const { handle: foreignModule } = second.module.loadSync(
  { path: fixture('mlp') },
  { device: null, extraFiles: null, executor: 'off', allowFlatbuffer: false, pool: null },
);
// A module knows no environment, so it works here or is refused.
try {
  native.module.runSync(foreignModule, 'forward', [ones([1, 16])], { kwargs: null, pool: null });
} catch (error) {
  assert.equal(typeof error.code, 'string');
}
assert.deepEqual(mine.toArray(), [1, 1]);
assert.deepEqual(second.tensor.shape(theirs), [2]);

step('another realm');
const inRealm = vm.runInNewContext(
  `const x = fromBuffer(new Float32Array([1, 2, 3, 4]), { shape: [2, 2] });
   const y = tensor([[1, 2], [3, 4]]);
   ({ equal: x.equal(y), list: x.toArray() })`,
  { fromBuffer, tensor },
);
assert.equal(inRealm.equal, true);
await collect();
assert.ok(memoryUsage().tensors >= 0);
done();
