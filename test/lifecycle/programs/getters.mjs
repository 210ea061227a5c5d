/** Arguments whose getters and setters run while they are converted. */
import assert from 'node:assert/strict';
import { loadModuleSync, ones } from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { churn, isTensorOrRefused } from './mischief.mjs';
import { codeOf, collect, done, fixture, step } from './support.mjs';

const echo = loadModuleSync(fixture('echo'));

step('a getter disposes an earlier element of its list');
for (const method of ['list_tensor', 'any', 'list_optional_tensor']) {
  const first = ones([64]);
  const list = [first, null, ones([64])];
  Object.defineProperty(list, 1, {
    get() {
      first.dispose();
      churn();
      return ones([64]);
    },
  });
  const result = isTensorOrRefused(() => echo.runSync(method, [list]));
  if (result !== null) assert.deepEqual(result[0].toArray(), Array(64).fill(1));
  assert.equal(
    codeOf(() => echo.runSync('list_tensor', [[first]])),
    'ERR_DISPOSED',
  );
}

step('a getter disposes an earlier argument');
const args = loadModuleSync(fixture('arguments'));
for (const run of ['runSync', 'run']) {
  const a = ones([64]);
  const b = ones([64]);
  const kwargs = {
    get b() {
      a.dispose();
      churn();
      return b;
    },
  };
  const value = await isTensorOrRefused(() => args[run]('two_tensors', [a], { kwargs }));
  if (value !== null) assert.deepEqual(value.toArray(), Array(64).fill(0));
}

step('a getter disposes the module');
for (const run of ['runSync', 'run']) {
  const mortal = loadModuleSync(fixture('echo'));
  const dict = {
    get a() {
      mortal.dispose();
      churn();
      return ones([4]);
    },
  };
  const result = await isTensorOrRefused(() => mortal[run]('dict_str_tensor', [dict]));
  if (result !== null) assert.deepEqual(result.a.toArray(), [1, 1, 1, 1]);
}

step('a getter shortens, or lengthens, its list');
for (const length of [0, 1, 1e6]) {
  const list = [1, 2, 3, 4];
  Object.defineProperty(list, 0, {
    configurable: true,
    get() {
      list.length = length;
      return 1;
    },
  });
  isTensorOrRefused(() => echo.runSync('list_int', [list]));
}

step('a getter throws');
for (const thrown of [new Error('from a getter'), null, undefined, 'text', 7]) {
  const list = [1, 2];
  Object.defineProperty(list, 1, {
    get() {
      throw thrown;
    },
  });
  const dict = Object.defineProperty({}, 'a', { enumerable: true, get: () => list[1] });
  const calls = [
    () => echo.runSync('list_int', [list]),
    () => echo.runSync('dict_str_int', [dict]),
    () => echo.runSync('any', [list]),
    () =>
      args.runSync('two_tensors', [ones([1])], {
        kwargs: {
          get b() {
            return list[1];
          },
        },
      }),
    () =>
      native.ops.bind('aten::sum')(ones([2]), {
        get dim() {
          return list[1];
        },
      }),
  ];
  for (const call of calls) {
    let caught = 'nothing';
    try {
      call();
    } catch (error) {
      caught = error;
    }
    assert.equal(caught, thrown, `${call} with ${String(thrown)}`);
  }
}

step('setters of the prototypes, and what looks like a number, dispose a tensor');
for (const read of ['shape', 'stride', 'data']) {
  const t = ones([2, 3]);
  const set = () => {
    t.dispose();
    churn();
  };
  for (const key of ['0', '1', 'buffer', 'byteOffset']) {
    const owner = key.length === 1 ? Array.prototype : Object.prototype;
    Object.defineProperty(owner, key, { set, get: () => 0, configurable: true });
  }
  isTensorOrRefused(() => t[read]);
  for (const key of ['0', '1']) delete Array.prototype[key];
  for (const key of ['buffer', 'byteOffset']) delete Object.prototype[key];
}
{
  const t = ones([4]);
  const source = new Float32Array(4);
  const disposing = () => {
    t.dispose();
    churn();
    return 0;
  };
  Object.defineProperty(source, 'byteOffset', { value: { valueOf: disposing } });
  isTensorOrRefused(() => t.copyFrom(source));
  isTensorOrRefused(() =>
    native.tensor.copyFrom(ones([4]), source.buffer, { valueOf: disposing }, 16),
  );
}

await collect();
done();
