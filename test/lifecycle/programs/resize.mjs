/** Operators that would reallocate memory which JavaScript sees, lends, or another thread reads. */
import assert from 'node:assert/strict';
import { fromBuffer, loadModuleSync, ones, setWarningHandler, tensor, zeros } from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { codeOf, collect, done, fixture, rejectionOf, step } from './support.mjs';

// LibTorch warns that out= resizes.
setWarningHandler(() => {});
const model = loadModuleSync(fixture('aliases'));
const resize = native.ops.bind('aten::resize_');
const add = native.ops.bind('aten::add');
const addOut = native.ops.bind('aten::add.out');
const setTensor = native.ops.bind('aten::set_.source_Tensor');
// Within TorchScript an operator's failure is the script's.
const refused = 'ERR_NOT_RESIZABLE';
const refusedInScript = 'ERR_SCRIPT_FAILED';
const large = 1 << 20;

function isIntact(t, values, view) {
  assert.deepEqual(t.shape, [values.length]);
  assert.deepEqual(t.stride, [1]);
  assert.deepEqual(t.toArray(), values);
  assert.deepEqual(
    add(t, t).toArray(),
    values.map((value) => 2 * value),
  );
  assert.deepEqual(t.clone().toArray(), values);
  assert.deepEqual([...view], values);
  assert.deepEqual([...t.data], values);
}

const sources = {
  'exposed by data': () => {
    const t = tensor([1, 2, 3, 4]);
    return [t, t.data];
  },
  'borrowed by fromBuffer': () => {
    const array = new Float32Array([1, 2, 3, 4]);
    return [fromBuffer(array), array];
  },
  'lent as a SharedArrayBuffer': () => {
    const array = new Float32Array(new SharedArrayBuffer(16));
    array.set([1, 2, 3, 4]);
    return [fromBuffer(array), array];
  },
};
const values = [1, 2, 3, 4];
for (const [name, make] of Object.entries(sources)) {
  step(`resize in a module, ${name}`);
  {
    const [t, view] = make();
    assert.equal(
      codeOf(() => model.runSync('resize', [t, large])),
      refusedInScript,
    );
    isIntact(t, values, view);
    assert.equal(await rejectionOf(model.run('resize', [t, large])), refusedInScript);
    isIntact(t, values, view);
    const twenty = Array.from({ length: 20 }, () => model.run('resize', [t, large]));
    for (const { reason } of await Promise.allSettled(twenty)) {
      assert.equal(reason?.code, refusedInScript);
    }
    isIntact(t, values, view);
  }
  step(`resize operator, ${name}`);
  {
    const [t, view] = make();
    assert.equal(
      codeOf(() => resize(t, [large])),
      refused,
    );
    isIntact(t, values, view);
    await collect(1);
    isIntact(t, values, view);
  }
  step(`out= in a module, ${name}`);
  {
    const [t, view] = make();
    assert.equal(
      codeOf(() => model.runSync('out', [ones([100]), t])),
      refusedInScript,
    );
    isIntact(t, values, view);
    assert.equal(await rejectionOf(model.run('out', [ones([100]), t])), refusedInScript);
    isIntact(t, values, view);
    assert.equal(
      codeOf(() => addOut(ones([100]), ones([100]), { out: t })),
      refused,
    );
    isIntact(t, values, view);
    addOut(ones([4]), ones([4]), { out: t });
    assert.deepEqual([...view], [2, 2, 2, 2]);
  }
  step(`set_, ${name}`);
  {
    const [t, view] = make();
    for (const call of [
      () => model.runSync('set', [t, zeros([large])]),
      () => setTensor(t, zeros([large])),
    ]) {
      try {
        call();
      } catch (error) {
        assert.equal(typeof error.code, 'string');
      }
    }
    await collect();
    assert.deepEqual([...view], values);
    assert.equal(t.toArray().length, t.numel);
  }
  step(`views of the storage, ${name}`);
  {
    const [t, view] = make();
    const part = t.reshape(2, 2);
    assert.equal(
      codeOf(() => resize(part, [large])),
      refused,
    );
    assert.deepEqual(part.toArray(), [
      [1, 2],
      [3, 4],
    ]);
    isIntact(t, values, view);
  }
  step(`shrinking, ${name}`);
  {
    const [t, view] = make();
    try {
      resize(t, [2]);
    } catch (error) {
      assert.equal(error.code, refused);
    }
    assert.ok(t.toArray().length <= 4);
    assert.deepEqual([...view], values);
  }
}

step('memory that nobody sees is resized');
const free = tensor([1, 2, 3, 4]);
assert.deepEqual(model.runSync('resize', [free, large]).shape, [large]);
assert.deepEqual(free.shape, [large]);
assert.equal(free.data.length, large);
const other = tensor([1, 2, 3, 4]);
resize(other, [large]);
assert.equal(other.data.fill(1).length, large);

step("the module's own buffer, while its data is held");
const own = loadModuleSync(fixture('aliases'));
const scratch = own.namedBuffers().get('scratch');
const held = scratch.data;
assert.equal(
  codeOf(() => own.runSync('resize_own', [large])),
  refusedInScript,
);
assert.equal(await rejectionOf(own.run('resize_own', [large])), refusedInScript);
assert.deepEqual([...held], [0, 0, 0, 0]);
assert.deepEqual(scratch.shape, [4]);
assert.deepEqual(own.runSync('resize_own', [4]).toArray(), [1, 1, 1, 1]);
assert.deepEqual([...held], [1, 1, 1, 1]);

step('data is taken while runs resize');
for (let i = 0; i < 200; i++) {
  const t = tensor([1, 2, 3, 4]);
  const pending = [model.run('resize', [t, large]), model.run('resize', [t, 4])];
  const view = t.data;
  const results = await Promise.allSettled(pending);
  assert.ok(view.length === 4 || view.length === large);
  for (const { status, reason } of results)
    if (status === 'rejected') assert.equal(reason.code, refusedInScript);
  assert.equal(view[3], 4);
  assert.equal(t.data.length, t.numel);
}
await collect();
done();
