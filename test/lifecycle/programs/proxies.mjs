/** Arguments that are not what they look like: proxies, iterators, cycles, prototypes that were changed. */
import assert from 'node:assert/strict';
import { loadModuleSync, ones, tensor } from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { isTensorOrRefused } from './mischief.mjs';
import { codeOf, collect, done, fixture, step } from './support.mjs';

const echo = loadModuleSync(fixture('echo'));

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
