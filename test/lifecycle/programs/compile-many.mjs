/** `compile-many.mjs COUNT MEGABYTES`: compiles or traces, runs and disposes; memory must not grow. */
import assert from 'node:assert/strict';
import { jit, ones, randn, tidy } from 'libtorch-node';
import { collect, done, step } from './support.mjs';

const [count, megabytes] = process.argv.slice(2).map(Number);
const weight = randn([8, 8]);
const x = ones([2, 8]);
const source = `
class Pair(NamedTuple):
    a: Tensor
    b: Tensor

class Counter:
    def __init__(self):
        self.n = 0
    def add(self, k: int) -> int:
        self.n += k
        return self.n

def double(x: Tensor) -> Tensor:
    return x * 2

def forward(self, x: Tensor) -> Tensor:
    pair = Pair(F.relu(x @ self.weight), double(x))
    counter = Counter()
    for i in range(3):
        counter.add(i)
    return pair.a + pair.b + counter.n
`;

function cycle(i) {
  const parameters = { weight };
  if (i % 4 === 3) assert.throws(() => jit.compile('def forward(self):\n    return nothing'));
  const model =
    i % 2 === 0
      ? jit.compile(source, { parameters })
      : jit.trace((a) => a.matmul(weight).relu(), [x], { check: i % 10 === 1 });
  tidy(() => void model.forwardSync(x));
  model.dispose();
}

step('warming up');
for (let i = 0; i < 200; i++) cycle(i);
await collect();
const before = process.memoryUsage.rss();
for (let i = 0; i < count; i++) {
  if (i % 200 === 0) step(`${i} of ${count}`);
  cycle(i);
  if (i % 200 === 0) await collect(1);
}
await collect();
const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
step(`grew by ${grown.toFixed(1)} MB`);
assert.ok(grown < megabytes, `${count} modules grew by ${grown.toFixed(1)} MB`);
done();
