/** A TorchScript raise, an operator that fails, an allocation that cannot be. */
import assert from 'node:assert/strict';
import {
  full,
  loadModuleSync,
  OutOfMemoryError,
  ones,
  ScriptError,
  TorchError,
  zeros,
} from 'libtorch-node';
import { codeOf, collect, done, fixture, rejectionOf, step } from './support.mjs';

const model = loadModuleSync(fixture('raises'));
const calls = {
  forward: [ones([2]), 'сбой'],
  not_implemented: [],
  assertion: [-1],
  mismatch: [ones([2, 2])],
  index: [ones([2]), 5],
  list_index: [[1], 9],
  dict_key: [{ a: 1 }, 'b'],
  divide: [1, 0],
  unwrap: [null],
  singular: [],
  cuda: [],
  deep: [3, ones([2, 2])],
};
step('raises and failing operators, a hundred times each');
for (const [method, args] of Object.entries(calls)) {
  for (let i = 0; i < 50; i++) {
    for (const error of [
      await model.run(method, args).catch((reason) => reason),
      (() => {
        try {
          return model.runSync(method, args);
        } catch (thrown) {
          return thrown;
        }
      })(),
    ]) {
      assert.ok(error instanceof TorchError, `${method} gave ${String(error)}`);
      assert.doesNotMatch(error.message, /frame #0|c10::Error/, `${method}: a C++ backtrace`);
    }
  }
}
await assert.rejects(model.forward(ones([2]), 'сбой'), (error) => {
  return (
    error instanceof ScriptError &&
    error.code === 'ERR_SCRIPT_RAISED' &&
    error.message.includes('сбой')
  );
});

step('failing runs side by side with good ones');
const mixed = await Promise.allSettled(
  Array.from({ length: 200 }, (_, i) => model.forward(ones([i % 2]))),
);
for (const [i, { status }] of mixed.entries()) {
  assert.equal(status, i % 2 === 0 ? 'fulfilled' : 'rejected');
}

step('allocations that cannot be');
const impossible = 2 ** 45;
for (const make of [
  () => zeros([impossible]),
  () => full([impossible], 1),
  () => zeros([2 ** 20, 2 ** 20, 2 ** 20]),
  () => zeros([2 ** 40, 2 ** 40]),
  () => model.runSync('allocate', [2 ** 50]),
  () => ones([1]).reshape(1).contiguous() && zeros([impossible], { dtype: 'complex128' }),
]) {
  assert.match(codeOf(make), /^ERR_/, String(make));
}
assert.equal(
  codeOf(() => zeros([impossible])),
  'ERR_OUT_OF_MEMORY',
);
assert.throws(() => zeros([impossible]), OutOfMemoryError);
assert.equal(await rejectionOf(model.run('allocate', [2 ** 50])), 'ERR_OUT_OF_MEMORY');

step('the next call works');
assert.deepEqual(zeros([2]).toArray(), [0, 0]);
assert.deepEqual((await model.forward(ones([0]))).shape, [0]);
await collect();
done();
