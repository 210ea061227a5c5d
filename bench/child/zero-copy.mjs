/** One process: 256 MB through `fromBuffer` and back out through `data`. */
import { fromBuffer } from 'libtorch-node';
import { collectGarbage } from '../lib/rounds.mjs';

function through(array) {
  const start = process.hrtime.bigint();
  const tensor = fromBuffer(array);
  const { data } = tensor;
  const us = Number(process.hrtime.bigint() - start) / 1000;
  return { us, tensor, data };
}

const array = new Float32Array(64 * 2 ** 20).fill(1);
// Making the array itself begins a collection, which may end at any later point.
collectGarbage();
// The code paths are compiled and the addon's tables exist before anything is measured.
for (let i = 0; i < 1000; i++) through(new Float32Array(16));
const before = process.memoryUsage.rss();
const first = through(array);
const rssKb = (process.memoryUsage.rss() - before) / 1024;
first.data[0] = 2;
const shared = first.tensor.sharesMemory && array[0] === 2 && first.data.length === array.length;
first.tensor.dispose();
const again = through(array);
const start = process.hrtime.bigint();
const copy = array.slice();
const copyUs = Number(process.hrtime.bigint() - start) / 1000;

const { us } = first;
console.log(
  JSON.stringify({ us, againUs: again.us, rssKb, shared: shared && copy[0] === 2, copyUs }),
);
