/** Bytes of a module that go away while they are read. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadModule, loadModuleSync, ones } from 'libtorch-node';
import { codeOf, collect, done, fixture, rejectionOf, step } from './support.mjs';

const bytes = readFileSync(fixture('mlp'));
const fresh = (options) => {
  const buffer = new ArrayBuffer(bytes.length, options);
  new Uint8Array(buffer).set(bytes);
  return buffer;
};
const takers = {
  transferred: (buffer) => structuredClone(buffer, { transfer: [buffer] }),
  overwritten: (buffer) => new Uint8Array(buffer).fill(0),
  collected: () => globalThis.gc(),
};

async function isLoadedOrRefused(pending) {
  try {
    const model = await pending;
    assert.deepEqual(model.forwardSync(ones([1, 16])).shape, [1, 4]);
    model.dispose();
  } catch (error) {
    assert.equal(typeof error.code, 'string', error.stack);
  }
}

for (const [name, take] of Object.entries(takers)) {
  step(name);
  for (let i = 0; i < 10; i++) {
    const buffer = fresh();
    const pending = loadModule(buffer);
    take(buffer);
    await isLoadedOrRefused(pending);
  }
}
step('resized');
for (let i = 0; i < 10; i++) {
  const buffer = fresh({ maxByteLength: 2 * bytes.length });
  const pending = loadModule(buffer);
  buffer.resize(0);
  await isLoadedOrRefused(pending);
}
step('shared and overwritten');
for (let i = 0; i < 10; i++) {
  const shared = new SharedArrayBuffer(bytes.length);
  new Uint8Array(shared).set(bytes);
  const pending = loadModule(shared);
  new Uint8Array(shared).fill(255, 100);
  await isLoadedOrRefused(pending);
}
step('every truncation and many changed bytes');
for (let length = 0; length < bytes.length; length += 97) {
  assert.equal(typeof codeOf(() => loadModuleSync(bytes.subarray(0, length))), 'string');
}
for (let at = 0; at < bytes.length; at += 61) {
  const changed = Uint8Array.from(bytes);
  changed[at] ^= 0xff;
  await isLoadedOrRefused(loadModule(changed));
}
assert.equal(await rejectionOf(loadModule(new Uint8Array(0))), 'ERR_NOT_A_MODULE');
await collect();
done();
