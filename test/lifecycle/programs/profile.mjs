/** `profile.mjs worker|unfinished|exit`: profiles whose end does not come, or comes too early. */
import assert from 'node:assert/strict';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { loadModuleSync, ones, profile, profileSync } from 'libtorch-node';
import { collect, done, fixture, slowFor, step, untilRunning } from './support.mjs';

const forever = new Promise(() => {});

async function worker() {
  const taking = new Worker(new URL(import.meta.url), { argv: ['forever'] });
  await new Promise((resolve) => taking.once('message', resolve));
  step('one is being taken');
  assert.throws(() => profileSync(() => 1), { code: 'ERR_PROFILE_ACTIVE' });
  await taking.terminate();
  step('its worker is gone');
  const { averages } = profileSync(() => ones([2]).abs());
  assert.ok(averages.some(({ name }) => name === 'aten::abs'));
}

/** In a worker. */
async function takeForever() {
  await profile(() => {
    ones([2]).abs();
    setInterval(() => ones([2]).abs(), 1);
    parentPort.postMessage('begun');
    return forever;
  });
}

async function unfinished() {
  const slow = loadModuleSync(fixture('slow'));
  const n = slowFor('forward', 300);
  for (let round = 0; round < 3; round++) {
    let run;
    const taken = await profile(
      async () => {
        run = slow.forward(n);
        await untilRunning();
      },
      { memory: true, shapes: true },
    );
    assert.ok(taken.events.every(({ kind }) => kind !== 'run'));
    step('the run goes on');
    const second = await profile(() => ones([2]).abs(), { memory: true });
    assert.ok(second.averages.some(({ name }) => name === 'aten::abs'));
    await run;
    await collect();
  }
}

async function exit() {
  const slow = loadModuleSync(fixture('slow'));
  const n = slowFor('forward', 5000);
  await profile(
    async () => {
      slow.forward(n);
      await untilRunning();
      done();
      process.exit(0);
    },
    { memory: true },
  );
}

await { worker, forever: takeForever, unfinished, exit }[process.argv[2]]();
if (isMainThread) done();
