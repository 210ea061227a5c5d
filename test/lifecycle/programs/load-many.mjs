/** `load-many.mjs COUNT MEGABYTES`: loads, runs and disposes; memory must not grow. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadModule, loadModuleSync, ones, tidy } from 'libtorch-node';
import { collect, done, fixture, step } from './support.mjs';

const [count, megabytes] = process.argv.slice(2).map(Number);
const bytes = readFileSync(fixture('mlp'));
const x = ones([1, 16]);

async function cycle(i) {
  const model = i % 2 === 0 ? loadModuleSync(bytes) : await loadModule(bytes);
  tidy(() => void model.forwardSync(x).item);
  if (i % 10 === 0) (await model.forward(x)).dispose();
  model.dispose();
}

step('warming up');
const warm = Math.max(100, count / 10);
for (let i = 0; i < warm; i++) await cycle(i);
await collect();
const before = process.memoryUsage.rss();
for (let i = 0; i < count; i++) {
  if (i % 500 === 0) step(`${i} of ${count} loads`);
  await cycle(i);
}
await collect();
const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
assert.ok(grown < megabytes, `${count} loads and disposes grew by ${grown.toFixed(1)} MB`);
done();
