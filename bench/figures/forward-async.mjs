import os from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, loadModuleSync, ones, setNumThreads } from 'libtorch-node';
import { emptyAddon, nativeProgram } from '../lib/native.mjs';
import { Peer } from '../lib/peer.mjs';
import { fixture, fixtureFacts } from '../lib/python.mjs';
import { Report } from '../lib/report.mjs';
import { here, hereSync, measure, median } from '../lib/rounds.mjs';

const inFlight = 8;

/** One call at a time: what the way to another thread and back costs. */
async function roundTrip(report) {
  setNumThreads(1);
  const model = loadModuleSync(await fixture('mlp'));
  const { roundTrip: empty } = await emptyAddon();
  const x = ones([1, 16]);
  const times = await measure({
    forwardSync: hereSync((count) => {
      for (let i = 0; i < count; i++) model.forwardSync(x);
    }),
    forward: here(async (count) => {
      for (let i = 0; i < count; i++) await model.forward(x);
    }),
    'empty napi_async_work': here(async (count) => {
      for (let i = 0; i < count; i++) await empty();
    }),
  });
  report.times('one in flight, per call', times);
  const { forward, forwardSync } = times;
  const trip = times['empty napi_async_work'];
  const shares = forward.rounds.map((us, i) => (us - forwardSync.rounds[i]) / trip.rounds[i]);
  report.check('(forward - forwardSync) / empty napi_async_work', median(shares), {
    limit: 1,
    byMinima: (forward.min - forwardSync.min) / trip.min,
  });
}

/** Eight calls at a time of a 5 ms model on a pool, against the same pool in C++. */
async function throughput(report, threads, intraOpThreads, limit) {
  const path = await fixture('five-ms');
  const pool = createPool({ threads, intraOpThreads });
  const model = loadModuleSync(path, { pool });
  const x = ones([32, 512]);
  const peer = await Peer.start({
    program: await nativeProgram('pool'),
    args: [path, '32x512', threads, intraOpThreads, inFlight].map(String),
  });
  const times = await measure(
    {
      forward: here(async (count) => {
        let left = count;
        const line = async () => {
          while (left-- > 0) (await model.forward(x)).dispose();
        };
        await Promise.all(Array.from({ length: inFlight }, line));
      }),
      'C++ pool': (count) => peer.time(count),
    },
    { rounds: 7, ms: 500 },
  );
  peer.close();
  pool.dispose();
  const shape = `${threads} × ${intraOpThreads} threads`;
  report.times(`${inFlight} in flight on a 5 ms model, ${shape}: per call`, times);
  const { median: value, min: byMinima } = times['C++ pool'].over(times.forward);
  const what = `throughput / C++ pool, ${shape}`;
  if (limit === undefined) report.table(what, ['median', 'by minima'], [[value, byMinima]]);
  else report.check(what, value, { limit, least: true, byMinima });
}

/** The 99th percentile of the event loop's delay, in milliseconds. */
async function delayDuring(work) {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await work();
  histogram.disable();
  return histogram.percentile(99) / 1e6;
}

async function eventLoop(report) {
  const model = loadModuleSync(await fixture('slow'));
  const { perMillisecond } = await fixtureFacts('slow');
  let steps = Math.ceil(300 * perMillisecond.forward);
  const timed = async () => {
    const start = performance.now();
    await model.forward(steps);
    return performance.now() - start;
  };
  await timed();
  // How fast the model is was measured on another occasion.
  steps = Math.ceil((steps * 300) / (await timed()));
  const [busy, idle, took] = [[], [], []];
  for (let round = 0; round < 5; round++) {
    busy.push(
      await delayDuring(async () => {
        for (let run = 0; run < 3; run++) took.push(await timed());
      }),
    );
    idle.push(await delayDuring(() => sleep(900)));
  }
  report.table(
    'event-loop delay over 900 ms, seen by a timer of 1 ms',
    ['', 'p99 ms, median', 'p99 ms, min'],
    [
      [`during forwards of ${median(took).toFixed(0)} ms`, median(busy), Math.min(...busy)],
      ['idle', median(idle), Math.min(...idle)],
    ],
  );
  report.measurements['event-loop delay'] = { busy, idle, took };
  report.check('event-loop delay p99 during a forward', median(busy), {
    limit: 5,
    unit: 'ms',
    byMinima: Math.min(...busy),
  });
}

export async function figure() {
  const report = new Report('forward-async', 'forward on the package’s own threads');
  await roundTrip(report);
  const cores = os.availableParallelism();
  await throughput(report, cores, 1, 0.95);
  // Without a limit: OpenMP's threads spin for each other, so any other process slows both sides many times.
  if (cores > 1) await throughput(report, 1, cores);
  await eventLoop(report);
  return report;
}
