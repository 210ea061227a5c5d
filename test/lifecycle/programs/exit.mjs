/** `exit.mjs WHAT HOW`: ends the process while a minute of work is on the pool's threads. */
import { setTimeout as after } from 'node:timers';
import { createPool, loadModuleSync, zeros } from 'libtorch-node';
import { fixture, slowFor, step, untilRunning } from './support.mjs';

const [what, how] = process.argv.slice(2);
const minute = 60_000;
const slow = loadModuleSync(fixture('slow'));
const works = {
  model: () => slow.forward(slowFor('forward', minute)),
  operator: () => slow.run('operator', [slowFor('operator', minute)]),
  queue: () => Array.from({ length: 50 }, () => slow.forward(slowFor('forward', minute))),
  pool: () => {
    const pool = createPool({ threads: 2 });
    slow.run('forward', [slowFor('forward', minute)], { pool });
    slow.forward(slowFor('forward', minute));
  },
  short: () => slow.forward(slowFor('forward', 300)),
};
const held = zeros([1024]).data;
works[what]();
await untilRunning();
step('ending');
if (how === 'exit') process.exit(7);
if (how === 'exit in a handler') {
  process.once('exit', () => process.exit(held.length === 1024 ? 9 : 1));
  process.exit(7);
}
if (how === 'throw') {
  after(() => {
    throw new Error('nobody catches this');
  }, 0);
}
if (how === 'reject') Promise.reject(new Error('nobody catches this'));
