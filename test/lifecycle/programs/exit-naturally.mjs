/** `exit-naturally.mjs idle|pending|queued`: what keeps the process alive, and what does not. */
import { createPool, loadModule, randn, setWarningHandler } from 'libtorch-node';
import { done, fixture, slowFor, step } from './support.mjs';

const model = await loadModule(fixture('slow'));
const mlp = await loadModule(fixture('mlp'));
const pool = createPool({ threads: 2 });
setWarningHandler(() => {});
globalThis.held = [model, mlp, pool, mlp.share(), randn([8]).share(), randn([8]).data];
await mlp.run('forward', [randn([1, 16])], { pool });
const [what] = process.argv.slice(2);
if (what === 'pending') model.forward(slowFor('forward', 400)).then(done);
if (what === 'queued') {
  const runs = Array.from({ length: 12 }, () => model.forward(slowFor('forward', 50)));
  Promise.all(runs).then(done);
}
if (what === 'aborted') {
  const controller = new AbortController();
  const { signal } = controller;
  const runs = Array.from({ length: 12 }, () => model.run('forward', [20_000_000], { signal }));
  Promise.allSettled(runs).then(() => step('aborted'));
  controller.abort(new Error('enough'));
}
if (what === 'idle') done();
