/** What may happen to the caller's buffer while LibTorch reads it. */
import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import { fromBuffer, loadModule, loadModuleSync } from 'libtorch-node';
import { codeOf, collect, done, fixture, step, untilRunning } from './support.mjs';

const count = 32 * 512;
const model = await loadModule(fixture('five-ms'));
const make = (buffer) => new Float32Array(buffer, 0, count).fill(1);
const plain = () => make(new ArrayBuffer(4 * count));
const reference = model.forwardSync(fromBuffer(plain(), { shape: [32, 512] }));
const churn = () => Array.from({ length: 16 }, () => new Float32Array(count).fill(9));

const takers = {
  'postMessage with transfer': (array) => {
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(array.buffer, [array.buffer]);
    port1.close();
    port2.close();
  },
  structuredClone: (array) => structuredClone(array.buffer, { transfer: [array.buffer] }),
  transfer: (array) => array.buffer.transfer?.(),
  'transfer to a smaller one': (array) => array.buffer.transfer?.(16),
  'transfer to nothing': (array) => array.buffer.transfer?.(0),
  'transfer to a larger one': (array) => array.buffer.transfer?.(16 * count),
  'transfer to a fixed length': (array) => array.buffer.transferToFixedLength?.(8),
  writing: (array) => array.fill(1),
};

async function check(name, array, take) {
  step(name);
  const t = fromBuffer(array, { shape: [32, 512] });
  const runs = Array.from({ length: 4 }, () => model.forward(t));
  await untilRunning();
  try {
    take(array);
  } catch (error) {
    // The runtime may refuse to move memory that is in use.
    assert.match(error.name, /DataCloneError|TypeError/, `${name}: ${error}`);
  }
  await collect(2);
  churn();
  for (const y of await Promise.all(runs)) assert.ok(y.equal(reference), name);
  assert.ok(model.forwardSync(t).equal(reference), name);
  assert.equal(t.data.length, count);
  t.dispose();
  await collect(1);
}

for (const [name, take] of Object.entries(takers)) {
  await check(`${name} during forward`, plain(), take);
  await check(`${name} of a larger buffer's part`, make(new ArrayBuffer(8 * count)), take);
}
const resizable = new ArrayBuffer(4 * count, { maxByteLength: 8 * count });
await check('resize to 0', make(resizable), () => resizable.resize(0));
const grown = new ArrayBuffer(4 * count, { maxByteLength: 8 * count });
await check('resize to more', make(grown), () => grown.resize(8 * count));
const lying = new ArrayBuffer(4 * count, { maxByteLength: 8 * count });
Object.defineProperty(lying, 'resizable', { value: false });
await check('resize of one that denies it', make(lying), () => lying.resize(0));
const shared = new SharedArrayBuffer(4 * count, { maxByteLength: 8 * count });
await check('growth of a SharedArrayBuffer', make(shared), () => shared.grow(8 * count));
const memory = new WebAssembly.Memory({ initial: 1, maximum: 64 });
memory.grow(1);
await check('growth of WebAssembly memory', make(memory.buffer), () => memory.grow(32));

step('detached before');
const detached = plain();
const bytes = new Uint8Array(detached.buffer);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
assert.equal(
  codeOf(() => fromBuffer(detached)),
  'ERR_DETACHED_BUFFER',
);
assert.equal(
  codeOf(() => fromBuffer(detached.buffer, { dtype: 'float32' })),
  'ERR_DETACHED_BUFFER',
);
assert.equal(
  codeOf(() => loadModuleSync(bytes)),
  'ERR_DETACHED_BUFFER',
);

step('the exposed buffer of a result is taken');
for (const take of Object.values(takers)) {
  const y = model.forwardSync(fromBuffer(plain(), { shape: [32, 512] }));
  try {
    take(y.data);
  } catch (error) {
    assert.match(error.name, /DataCloneError|TypeError/);
    assert.ok(y.equal(reference));
  }
  await collect(1);
  assert.equal(y.data.length, count);
  y.dispose();
}
await collect();
done();
