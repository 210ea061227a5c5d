/** `warnings.mjs caught|uncaught|default`: a warning handler that throws null. */
import assert from 'node:assert/strict';
import { loadModule, ones, setWarningHandler } from 'libtorch-node';
import { done, fixture, step, turn } from './support.mjs';

const [how] = process.argv.slice(2);
const model = await loadModule(fixture('warns'));
const caught = [];
if (how === 'caught') process.on('uncaughtException', (error) => caught.push(error));
if (how === 'default') {
  const warned = [];
  process.removeAllListeners('warning');
  process.on('warning', (warning) => warned.push(warning.name));
  await model.forward(ones([2]));
  model.runSync('operator', [ones([3])]);
  while (warned.length < 2) await turn();
  assert.deepEqual([...new Set(warned)], ['TorchWarning']);
  done();
} else {
  step('the handler throws null');
  let calls = 0;
  setWarningHandler(() => {
    calls++;
    throw null;
  });
  assert.deepEqual((await model.forward(ones([2]))).shape, [2]);
  assert.deepEqual(model.forwardSync(ones([2])).shape, [2]);
  while (calls < 2) await turn();
  if (how === 'uncaught') process.exit(0);
  await turn();
  assert.deepEqual(caught, Array(calls).fill(null));
  step('the handler disposes the module, and runs it');
  setWarningHandler(() => {
    model.forwardSync(ones([1]));
    setWarningHandler(null);
    model.dispose();
  });
  process.on('warning', () => {});
  process.removeAllListeners('warning');
  assert.deepEqual((await model.forward(ones([2]))).shape, [2]);
  while (!model.isDisposed) await turn();
  done();
}
