/** Every function of the addon with every kind of wrong argument: an error, or it works. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createPool, loadModuleSync, ones, tensor } from 'libtorch-node';
import { native } from '../../../dist/native/addon.js';
import { collect, done, fixture, step } from './support.mjs';

// Some of it is taken for a path to save to.
process.chdir(mkdtempSync(path.join(os.tmpdir(), 'libtorch-node-junk-')));
const live = tensor([1, 2, 3, 4]);
const disposed = ones([2]);
disposed.dispose();
const options = {
  device: null,
  extraFiles: null,
  executor: 'off',
  allowFlatbuffer: false,
  pool: null,
};
const { handle } = native.module.loadSync({ path: fixture('mlp') }, options);
const gone = native.module.loadSync({ path: fixture('mlp') }, options).handle;
native.module.dispose(gone);
const pool = native.runtime.createPool({ threads: 1, intraOpThreads: 1 });
const detached = new ArrayBuffer(8);
structuredClone(detached, { transfer: [detached] });
const throwing = new Proxy(
  {},
  {
    get: () => {
      throw new Error('a trap throws');
    },
  },
);
const revoked = Proxy.revocable({}, {});
revoked.revoke();

const junk = [
  undefined,
  null,
  true,
  0,
  -1,
  1.5,
  Number.NaN,
  Infinity,
  2 ** 53,
  -(2 ** 63),
  1n,
  2n ** 80n,
  '',
  'float32',
  'cpu',
  'cuda:99',
  'нет',
  'a\0b',
  Symbol('x'),
  {},
  [],
  [1, 2],
  [[]],
  [null],
  [-1],
  [2 ** 40, 2 ** 40],
  () => {},
  new Date(),
  new Map(),
  new Float32Array(2),
  new ArrayBuffer(16),
  new SharedArrayBuffer(16),
  detached,
  throwing,
  revoked.proxy,
  live,
  disposed,
  handle,
  gone,
  pool,
  { path: 1 },
  { path: '/nowhere' },
  { buffer: detached, byteOffset: 0, byteLength: 8 },
  { buffer: new ArrayBuffer(8), byteOffset: 4, byteLength: 2 ** 40 },
  { kwargs: 1, pool: 1 },
  { threads: -1, intraOpThreads: -1 },
  options,
  loadModuleSync(fixture('mlp')),
  createPool(),
];
// What ends or reshapes the process by design, or the handles under test.
const skipped = new Set(['setNumThreads', 'configure', 'createPool']);

let seed = 1;
const random = (limit) => {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return Math.floor((seed / 2 ** 31) * limit);
};

async function attempt(room, name, args) {
  try {
    const value = native[room][name](...args);
    if (value?.promise) value.cancel();
    else await value;
  } catch (error) {
    assert.ok(error instanceof Error, `${room}.${name} threw ${String(error)}`);
    assert.notEqual(error.code, 'ERR_INTERNAL', `${room}.${name}: ${error.message}`);
  }
}

for (const room of ['tensor', 'module', 'scriptObject', 'ops', 'device', 'runtime']) {
  for (const name of Object.keys(native[room])) {
    if (skipped.has(name)) continue;
    step(`${room}.${name}`);
    await attempt(room, name, []);
    for (const one of junk) {
      if (name === 'dispose' && (one === live || one === handle)) continue;
      if (name === 'closePool' && one === pool) continue;
      await attempt(room, name, [one]);
    }
    for (let round = 0; round < 150; round++) {
      const first = { tensor: live, module: handle }[room];
      const rest = Array.from({ length: 1 + random(4) }, () => junk[random(junk.length)]);
      if (name === 'dispose' || name === 'closePool') continue;
      await attempt(room, name, random(3) === 0 ? rest : [first, ...rest]);
    }
  }
}
step('operators');
for (const name of [
  'aten::add',
  'aten::cat',
  'aten::resize_',
  'aten::view',
  'aten::full',
  'prim::Print',
  'x',
  '',
]) {
  for (const one of junk) {
    try {
      native.ops.bind(name)(live, one);
    } catch (error) {
      assert.ok(error instanceof Error, `${name} threw ${String(error)}`);
    }
  }
}
await collect();
done();
