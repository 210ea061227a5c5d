// Runs a model as a pipeline: its parts in worker threads of their own, the tensors between them handed
// over without a copy.
//
//     node examples/pipeline/pipeline.mjs [batches]

import { Worker } from 'node:worker_threads';
import { createPool, fromBuffer, jit, loadModule } from 'libtorch-node';
import { readTestSplit } from '../digits/images.mjs';
import { bar } from '../terminal.mjs';

const batches = Number(process.argv[2] ?? 60);
const inFlight = 4;

// One thread each, so that one piece and each part have the same to work with.
const pool = createPool({ threads: 1, intraOpThreads: 1 });
const model = await loadModule(new URL('../digits/digits-traced.pt', import.meta.url), { pool });
const test = readTestSplit();
const pixels = Float32Array.from(test.pixels, (byte) => byte / 255);
const images = fromBuffer(pixels, { shape: [test.count, 1, 8, 8] });

/** The best of a few: what else the machine does only adds to it. */
async function milliseconds(part, input) {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 7; i++) {
    const start = performance.now();
    (await part.forward(input)).dispose();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Each layer is a place to cut before; the best is the one whose slower half is fastest. */
async function balancedCut() {
  const names = [...model.namedModules().keys()];
  const layers = names.filter((name) => !names.some((other) => other.startsWith(`${name}.`)));
  const cuts = [];
  for (const name of layers.slice(2)) {
    const [head, tail] = await jit.split(model, name);
    const middle = await head.forward(images);
    const times = [await milliseconds(head, images), await milliseconds(tail, middle)];
    cuts.push({ name, times, slower: Math.max(...times) });
  }
  return { cuts, best: cuts.reduce((a, b) => (b.slower < a.slower ? b : a)) };
}

/** All batches through one piece, a few at a time; what the last one gave, and how long it took. */
async function inOnePiece() {
  let last;
  const start = performance.now();
  for (let sent = 0; sent < batches; sent += inFlight) {
    const runs = Array.from({ length: Math.min(inFlight, batches - sent) }, () =>
      model.forward(images),
    );
    for (const output of await Promise.all(runs)) last = output;
  }
  return { last, time: performance.now() - start };
}

function startStage(part) {
  const worker = new Worker(new URL('./stage.mjs', import.meta.url), { workerData: part.share() });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}

/** All batches through the stages. */
async function asPipeline(parts) {
  const { Courier } = await import('./courier.mjs');
  const workers = await Promise.all(parts.map(startStage));
  const links = [...workers, null].map(() => new MessageChannel());
  workers.forEach((worker, i) => {
    const [from, to] = [links[i].port2, links[i + 1].port1];
    worker.postMessage({ from, to }, [from, to]);
  });
  const entrance = new Courier(links[0].port1);
  const exit = new Courier(links.at(-1).port2);
  const start = performance.now();
  const results = [];
  for (let sent = 0, received = 0; received < batches; received++) {
    for (; sent < batches && sent - received < inFlight; sent++) entrance.send(images);
    results.push(await exit.receive());
  }
  const time = performance.now() - start;
  entrance.close();
  await Promise.all(workers.map((worker) => new Promise((end) => worker.once('exit', end))));
  return { last: results.at(-1), time };
}

const { cuts, best } = await balancedCut();
console.log(`${test.count} digits a batch, ${batches} batches\n`);
console.log('  cut before      head        tail        (time a batch)');
for (const { name, times } of cuts) {
  const [head, tail] = times.map((time) => `${time.toFixed(2)} ms`.padEnd(11));
  console.log(`${name === best.name ? '>' : ' '} ${name.padEnd(15)} ${head} ${tail}`);
}

const parts = await jit.split(model, best.name);
const one = await inOnePiece();
const two = await asPipeline(parts);
const same = one.last.equal(two.last);
console.log('\n  way                 batches a second');
for (const [way, { time }] of Object.entries({ 'one piece': one, 'pipeline of two': two })) {
  const rate = (batches / time) * 1000;
  const share = rate / (batches / Math.min(one.time, two.time)) / 1000;
  console.log(`  ${way.padEnd(18)} ${rate.toFixed(1).padStart(8)}  ${bar(share, 24)}`);
}
console.log(
  `\n  the pipeline is ${(one.time / two.time).toFixed(2)} times as fast; equal outputs: ${same}`,
);
if (!same) process.exitCode = 1;
for (const each of [...parts, model, pool]) each.dispose?.();
