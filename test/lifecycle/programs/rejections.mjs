/** A rejection that somebody handles is no crash; one that nobody handles is Node's to report. */
import assert from 'node:assert/strict';
import { loadModule, ones } from 'libtorch-node';
import { done, fixture, rejectionOf, step, turn } from './support.mjs';

const unhandled = [];
process.on('unhandledRejection', (error) => unhandled.push(error.code));
const model = await loadModule(fixture('raises'));
step('handled');
const results = await Promise.allSettled(
  Array.from({ length: 50 }, () => model.forward(ones([2]))),
);
assert.ok(results.every(({ reason }) => reason.code === 'ERR_SCRIPT_RAISED'));
assert.equal(await rejectionOf(loadModule('/nowhere/model.pt')), 'ERR_FILE_NOT_FOUND');
assert.equal(await rejectionOf(model.run('missing')), 'ERR_NO_METHOD');
assert.deepEqual(unhandled, []);
step('unhandled');
model.forward(ones([2]));
while (unhandled.length === 0) await turn();
assert.deepEqual(unhandled, ['ERR_SCRIPT_RAISED']);
assert.deepEqual((await model.forward(ones([0]))).shape, [0]);
done();
