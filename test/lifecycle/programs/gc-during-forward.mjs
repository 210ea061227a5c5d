/** Nothing in JavaScript holds the module, the inputs or the promises while they are in use. */
import assert from 'node:assert/strict';
import { loadModule, memoryUsage, ones } from 'libtorch-node';
import { collect, done, fixture, slowFor, step } from './support.mjs';

const settled = [];
async function start() {
  const model = await loadModule(fixture('slow'));
  const n = slowFor('forward', 200);
  for (let i = 0; i < 4; i++) model.forward(n).then((y) => settled.push(y.item()));
  const mlp = await loadModule(fixture('mlp'));
  for (let i = 0; i < 32; i++) mlp.forward(ones([64, 16])).then((y) => settled.push(y.shape[1]));
}
await start();
step('collecting during the runs');
while (settled.length < 36) await collect(1);
assert.deepEqual(settled.sort(), [...Array(4).fill(1), ...Array(32).fill(4)]);
step('collecting what is left');
for (let round = 0; round < 100 && memoryUsage().tensors > 0; round++) await collect(1);
assert.equal(memoryUsage().tensors, 0);
assert.equal(memoryUsage().cpuBytes, 0);
done();
