/** Views of memory whose tensor and module are disposed and collected. */
import assert from 'node:assert/strict';
import { fromBuffer, loadModuleSync, memoryUsage, ones, randn, tensor, zeros } from 'libtorch-node';
import { collect, done, fixture, step } from './support.mjs';

const churn = () => {
  for (let i = 0; i < 64; i++) randn([4096]).dispose();
};
const size = 64 * 1024;

step('a view outlives dispose');
const disposed = (() => {
  const t = ones([size]);
  const view = t.data;
  t.dispose();
  return view;
})();
await collect();
churn();
assert.ok(disposed.every((value) => value === 1));

step('a view outlives collection');
const collected = (() => ones([size]).data)();
const buffer = (() => tensor(Array.from({ length: 4096 }, (_, i) => i)).data.buffer)();
await collect();
churn();
assert.ok(collected.every((value) => value === 1));
assert.ok(new Float32Array(buffer).every((value, i) => value === i));

step('a view of a weight outlives its module');
const weight = (() => {
  const model = loadModuleSync(fixture('aliases'));
  const view = model.namedParameters().get('weight').data;
  model.dispose();
  return view;
})();
await collect();
churn();
assert.deepEqual([...weight], [0, 1, 2, 3, 4, 5]);

step('a view of a result outlives everything');
const result = await (async () => {
  const model = loadModuleSync(fixture('echo'));
  const y = await model.forward(ones([size]));
  model.dispose();
  return y.data;
})();
await collect();
churn();
assert.ok(result.every((value) => value === 1));

step('a borrowed tensor outlives its array');
const borrowed = (() => fromBuffer(new Float32Array(size).fill(3)))();
await collect();
churn();
assert.ok(borrowed.data.every((value) => value === 3));

step('collecting a wrapper leaves the weights alone');
const model = loadModuleSync(fixture('aliases'));
for (let i = 0; i < 100; i++) {
  model.namedParameters();
  model.runSync('give_weight').dispose();
}
await collect();
churn();
assert.deepEqual([...model.runSync('give_weight').data], [0, 1, 2, 3, 4, 5]);

step('many views of one storage');
for (let i = 0; i < 1000; i++) zeros([16, 16]).reshape(4, 64).data.fill(i);
const one = zeros([1024]);
const views = Array.from({ length: 1000 }, () => one.data);
assert.ok(views.every((view) => view.buffer === views[0].buffer));
await collect();
assert.ok(memoryUsage().tensors < 20, `${memoryUsage().tensors} tensors are left`);
done();
