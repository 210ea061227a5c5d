/** Disposes module and input while a run uses them. */
import assert from 'node:assert/strict';
import { loadModule, loadModuleSync, ones } from 'libtorch-node';
import {
  codeOf,
  collect,
  done,
  fixture,
  rejectionOf,
  slowFor,
  step,
  untilRunning,
} from './support.mjs';

const slow = loadModuleSync(fixture('slow'));
const five = await loadModule(fixture('five-ms'));
const x = ones([32, 512]);
step('eight runs in flight');
const first = slow.forward(slowFor('forward', 200));
const second = slow.run('operator', [slowFor('operator', 100)]);
const runs = Array.from({ length: 8 }, () => five.forward(x));
await untilRunning();
slow.dispose();
five.dispose();
x.dispose();
await collect();
step('runs finish after dispose');
assert.equal((await first).item(), 1);
assert.equal((await second).item(), 0);
for (const y of await Promise.all(runs)) assert.deepEqual(y.shape, [32, 512]);
step('everything else says disposed');
assert.equal(
  codeOf(() => slow.forwardSync(1)),
  'ERR_DISPOSED',
);
assert.equal(await rejectionOf(slow.forward(1)), 'ERR_DISPOSED');
assert.equal(
  codeOf(() => slow.stateDict()),
  'ERR_DISPOSED',
);
assert.equal(
  codeOf(() => x.shape),
  'ERR_DISPOSED',
);
slow.dispose();
x.dispose();
done();
