/** Arguments whose own code runs while they are converted: getters, proxies, iterators, valueOf. */
import assert from 'node:assert/strict';
import { loadModuleSync, ones, tensor, zeros } from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { codeOf, collect, done, fixture, step } from './support.mjs';

const echo = loadModuleSync(fixture('echo'));
const churn = () => {
  globalThis.gc();
  for (let i = 0; i < 32; i++) zeros([64]).dispose();
};
const isTensorOrRefused = (call) => {
  try {
    return call();
  } catch (error) {
    assert.ok(error instanceof TypeError || typeof error.code === 'string', error.stack);
    return null;
  }
};

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

step('proxies');
const traps = Object.fromEntries(
  Reflect.ownKeys(Reflect)
    .filter((key) => typeof Reflect[key] === 'function')
    .map((key) => [
      key,
      () => {
        throw new RangeError(`trap ${String(key)}`);
      },
    ]),
);
const revoked = Proxy.revocable([], {});
revoked.revoke();
const strange = [
  new Proxy([1, 2], {}),
  new Proxy({}, traps),
  new Proxy([], traps),
  new Proxy(ones([2]), {}),
  new Proxy(() => {}, traps),
  revoked.proxy,
  new Proxy(new Map(), {}),
  { [Symbol.iterator]: 7 },
  { valueOf: () => ({}) },
  { [Symbol.toPrimitive]: () => Symbol('x') },
  Object.assign([], { length: 4 }),
  new Array(4),
  { length: 2 ** 32 },
  new Set([1]),
  new WeakMap(),
];
for (const { name, args: declared } of echo.methods) {
  for (const value of strange) {
    if (declared.length !== 1) continue;
    try {
      echo.runSync(name, [value]);
    } catch (error) {
      const known =
        typeof error.code === 'string' ||
        /^trap |revoked|incompatible receiver/.test(error.message);
      assert.ok(known, `${name}: ${error.stack}`);
    }
  }
}

step('a proxy changes its answers');
let asked = 0;
const fickle = new Proxy([1, 2, 3], {
  get: (target, key) => (key === 'length' ? 3 + 1000 * asked++ : (target[key] ?? ones([1]))),
});
for (const method of ['list_int', 'list_tensor', 'any']) {
  isTensorOrRefused(() => echo.runSync(method, [fickle]));
}

step('a map changes while it is read');
const map = new Map([['a', 1]]);
map.entries = map[Symbol.iterator] = function* () {
  yield ['a', 1];
  map.clear();
  yield ['b'];
  yield null;
};
isTensorOrRefused(() => echo.runSync('dict_str_int', [map]));
isTensorOrRefused(() => echo.runSync('any', [map]));

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

step('cycles');
const cycle = [1];
cycle.push(cycle);
const object = { inner: {} };
object.inner.outer = object;
const mapCycle = new Map();
mapCycle.set('self', mapCycle);
for (const value of [cycle, object, mapCycle, [[cycle]]]) {
  assert.match(
    codeOf(() => echo.runSync('any', [value])),
    /^ERR_/,
  );
}
let deep = [1];
for (let i = 0; i < 100_000; i++) deep = [deep];
assert.match(
  codeOf(() => echo.runSync('any', [deep])),
  /^ERR_/,
);
assert.match(
  codeOf(() => tensor(deep)),
  /^ERR_/,
);
const itself = [];
itself.push(itself);
for (const value of [cycle, itself]) {
  assert.match(
    codeOf(() => tensor(value)),
    /^ERR_/,
  );
}

step('the prototypes were changed');
const { push, map: mapOf } = Array.prototype;
Array.prototype.push = Array.prototype.map = () => {
  throw new Error('not yours');
};
try {
  isTensorOrRefused(() => native.tensor.shape(ones([2])));
  echo.runSync('list_int', [[1, 2]]);
} catch (error) {
  assert.equal(error.message, 'not yours');
} finally {
  Array.prototype.push = push;
  Array.prototype.map = mapOf;
}
Object.prototype.polluted = 1;
assert.deepEqual({ ...echo.runSync('dict_str_int', [{ a: 1 }]) }, { a: 1 });
delete Object.prototype.polluted;
assert.deepEqual(echo.runSync('list_int', [[1, 2]]), [1, 2]);
await collect();
done();
