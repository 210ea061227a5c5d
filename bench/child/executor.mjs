/** executor MODEL SHAPE MODE: the first calls of a module in a fresh process, and its steady state, in ms. */
import { loadModuleSync, ones, setNumThreads } from 'libtorch-node';

const [path, shape, executor] = process.argv.slice(2);
setNumThreads(1);
const model = loadModuleSync(path, { executor }).eval();
const x = ones(shape.split('x').map(Number));

function milliseconds(count) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < count; i++) model.forwardSync(x).dispose();
  return Number(process.hrtime.bigint() - start) / 1e6 / count;
}

const [first, second, third] = [milliseconds(1), milliseconds(1), milliseconds(1)];
for (let i = 0; i < 10; i++) milliseconds(20);
const count = Math.max(20, Math.ceil(20 / milliseconds(20)));
const steady = Math.min(...Array.from({ length: 7 }, () => milliseconds(count)));
console.log(JSON.stringify({ first, second, third, steady }));
