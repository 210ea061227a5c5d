/** What a traced function may do to the process: nothing that the next call notices. */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as torch from 'libtorch-node';
import { codeOf, collect, done, messageOf, step } from './support.mjs';

const { jit, ones, randn, tensor, zeros } = torch;
torch.setWarningHandler(() => {});
const x = ones([2, 2]);

/** Whether tracing still works, and leaves operators outside alone. */
function usable() {
  const model = jit.trace((a) => a.add(1).mul(2), [x]);
  assert.deepEqual(model.forwardSync(x).toArray(), [
    [4, 4],
    [4, 4],
  ]);
  model.dispose();
  assert.equal(x.sum().item(), 4);
}

const deeds = {
  'throw an error': () => {
    throw new Error('mine');
  },
  'throw nothing': () => {
    throw undefined;
  },
  'fail in an operator': (a) => a.matmul(ones([7, 7])),
  'go on after a failure': (a) => {
    try {
      a.matmul(ones([7, 7]));
    } catch {}
    return a;
  },
  'read and go on': (a) => {
    try {
      a.sum().item();
    } catch {}
    return a;
  },
  'trace inside': (a) => jit.trace((b) => b, [a]),
  'give nothing': () => {},
  'give itself': () => {
    const loop = [];
    loop.push(loop);
    return loop;
  },
  'give what was disposed': (a) => {
    const b = a.add(1);
    b.dispose();
    return b;
  },
  'give a getter that throws': (a) => ({
    a,
    get b() {
      throw new Error('got');
    },
  }),
  'change a module': (a) => {
    jit.compile('def forward(self):\n    return 1').train();
    return a;
  },
  'recurse without end': function recurse(a) {
    return recurse(a.add(1));
  },
};
for (const [name, deed] of Object.entries(deeds)) {
  step(name);
  assert.throws(
    () => jit.trace(deed, [x]),
    () => true,
  );
  usable();
}

step('dispose and collect inside');
const closed = randn([2, 2]);
const model = jit.trace(
  (a) => {
    const b = a.matmul(closed);
    a.dispose();
    closed.dispose();
    const made = Array.from({ length: 50 }, (_, i) => tensor([i]).add(b));
    for (const each of made) each.dispose();
    globalThis.gc();
    return torch.tidy(() => b.add(zeros([2, 2])));
  },
  [x],
  { check: false },
);
await collect();
assert.deepEqual(model.forwardSync(x).shape, [2, 2]);
assert.deepEqual([...model.namedParameters().keys()], ['parameter_0']);
model.dispose();
usable();

step('compile, load and run inside');
const bytes = jit.compile('def forward(self, x: Tensor):\n    return x * 2').toBytesSync();
const inner = torch.loadModuleSync(bytes);
const outer = jit.trace(
  (a) => {
    const compiled = jit.compile('def forward(self, x: Tensor):\n    return x + self.w', {
      parameters: { w: ones([1]) },
    });
    return compiled.forwardSync(inner.forwardSync(a));
  },
  [x],
);
inner.dispose();
assert.deepEqual(outer.forwardSync(x).toArray(), [
  [3, 3],
  [3, 3],
]);
assert.equal(
  codeOf(() => jit.trace(() => torch.loadModuleSync(bytes), [x])),
  'ERR_TRACE_FAILED',
);
usable();

step('a thousand traces');
for (let i = 0; i < 1000; i++) jit.trace((a) => a.add(i), [x], { check: false }).dispose();
usable();

if (isMainThread) {
  step('workers');
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  await Promise.all(workers.map(messageOf));
  step('the process ends inside of a trace');
  jit.trace(() => {
    done();
    process.exit(0);
  }, [x]);
} else {
  parentPort.postMessage('done');
}
