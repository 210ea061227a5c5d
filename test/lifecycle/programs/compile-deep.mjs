/** Source that LibTorch would recurse over until the stack ends, on the main thread and in a worker. */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { jit, ones } from 'libtorch-node';
import { done, messageOf, step } from './support.mjs';

const head = 'def forward(self, x: Tensor) -> Tensor:\n    return ';
const lines = (n, line) => Array.from({ length: n }, (_, i) => line(i)).join('');
const sources = {
  parentheses: (n) => `${head}${'('.repeat(n)}x${')'.repeat(n)}`,
  sum: (n) => `${head}x${' + x'.repeat(n)}`,
  signs: (n) => `${head}${'-'.repeat(n)}x`,
  calls: (n) => `${head}${'torch.relu('.repeat(n)}x${')'.repeat(n)}`,
  methods: (n) => `${head}x${'.relu()'.repeat(n)}`,
  powers: (n) => `${head}${'x ** '.repeat(n)}x`,
  choices: (n) => `${head}${'x if self.training else '.repeat(n)}x`,
  types: (n) => `def forward(self, x: ${'List['.repeat(n)}int${']'.repeat(n)}):\n    return x`,
  blocks: (n) =>
    `def forward(self, x: Tensor) -> Tensor:\n${lines(n, (i) => `${' '.repeat(i + 1)}if self.training:\n`)}` +
    `${' '.repeat(n + 1)}x = x + 1\n return x`,
  branches: (n) =>
    'def forward(self, x: Tensor) -> Tensor:\n if x.dim() == 0:\n  x = x + 1\n' +
    `${lines(n, (i) => ` elif x.dim() == ${i + 1}:\n  x = x + 2\n`)} return x`,
  returns: (n) =>
    'def forward(self, x: Tensor) -> Tensor:\n' +
    `${lines(n, (i) => ` if x.dim() == ${i}:\n  return x + ${i}\n`)} return x`,
  statements: (n) =>
    `def forward(self, x: Tensor) -> Tensor:\n${' x = x + 1\n'.repeat(n)} return x`,
  doubling: (n) =>
    `${lines(n, (i) => `def f${i}(x: Tensor) -> Tensor:\n return f${i + 1}(f${i + 1}(x))\n`)}` +
    `def f${n}(x: Tensor) -> Tensor:\n return x + 1\ndef forward(self, x: Tensor) -> Tensor:\n return f0(x)`,
  functions: (n) =>
    `${lines(n, (i) => `def f${i}(x: Tensor) -> Tensor:\n return f${i + 1}(x)\n`)}` +
    `def f${n}(x: Tensor) -> Tensor:\n return x\ndef forward(self, x: Tensor) -> Tensor:\n return f0(x)`,
  length: (n) => `${head}x\n${'#'.repeat(n * 100)}`,
};

/** What is too deep is refused; what is not must run and save. */
function attempt(name, n) {
  step(`${name} ${n}`);
  let model;
  try {
    model = jit.compile(sources[name](n));
  } catch (error) {
    assert.equal(error.code, 'ERR_COMPILE', error.stack);
    return false;
  }
  if (name !== 'types') model.forwardSync(ones([1]));
  model.toBytesSync();
  model.graph('forward', { inlined: true });
  model.cloneSync().dispose();
  model.dispose();
  return true;
}

for (const name of Object.keys(sources)) {
  if (['doubling', 'functions', 'length'].includes(name)) continue;
  for (const n of [50, 190, 400, 900, 1900, 4500]) attempt(name, n);
}
attempt('functions', 200);
for (const n of [6, 12, 64]) attempt('doubling', n);
for (const name of Object.keys(sources)) {
  const n = name === 'statements' ? 30_000 : 20_000;
  assert.equal(attempt(name, n), false, `${name} ${n} was not refused`);
}

step('a long trace');
const long = (x) => {
  let y = x;
  for (let i = 0; i < 30_000; i++) y = y.add(x);
  return y;
};
assert.throws(() => jit.trace(long, [ones([1])]), { code: 'ERR_COMPILE' });

if (isMainThread) {
  await messageOf(new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) }));
  done();
} else {
  parentPort.postMessage('done');
}
