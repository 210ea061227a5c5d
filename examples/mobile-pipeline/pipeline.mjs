// Divides a mobile model (`.ptl`) into two files, and runs the halves in worker threads of their own, the
// tensors between them handed over without a copy.
//
//     node examples/mobile-pipeline/pipeline.mjs [batches]
//
// Each worker loads its half only, as would two devices, neither of which has room for the whole.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { createPool, jit, loadModule, manualSeed, randn, zeros } from 'libtorch-node';
import { Courier } from '../pipeline/courier.mjs';
import { bar } from '../terminal.mjs';

const LAYERS = 8;
const WIDTH = 1024;
const ROUNDS = 3;
const batches = Number(process.argv[2] ?? 30);
const inFlight = 4;
const folder = mkdtempSync(join(tmpdir(), 'mobile-pipeline-'));
const file = (name) => join(folder, name);

/** Writes a sequential of linear layers, random weights, as a phone gets it. */
async function writeModel(path) {
  manualSeed(7);
  const layers = Array.from({ length: LAYERS }, () =>
    jit.compile(
      `
      def forward(self, x: Tensor) -> Tensor:
          return F.relu(F.linear(x, self.weight, self.bias))
      `,
      {
        parameters: {
          weight: randn([WIDTH, WIDTH]).mul(Math.sqrt(2 / WIDTH)),
          bias: zeros([WIDTH]),
        },
        name: 'Layer',
      },
    ),
  );
  const source = `
  def forward(self, x: Tensor) -> Tensor:
      for layer in self.layers:
          x = layer(x)
      return x
  `;
  const model = jit.compile(source, { submodules: { layers }, name: 'Sequential' });
  await model.eval().saveLite(path);
  for (const each of [...layers, model]) each.dispose();
}

/** Splits the TorchScript code that the file holds beside its bytecode, and writes each half. */
async function writeHalves(path) {
  const model = await loadModule(path, { format: 'torchscript' });
  const parts = await jit.split(model, `layers.${LAYERS / 2}`);
  const paths = [file('head.ptl'), file('tail.ptl')];
  for (const [i, part] of parts.entries()) await part.saveLite(paths[i]);
  for (const each of [...parts, model]) each.dispose();
  return paths;
}

/** The model in one piece: all batches, a few at a time; gives what the last one gave. */
async function inOnePiece(path, x) {
  // One thread each, so that one piece and each half have the same to work with.
  const pool = createPool({ threads: 1, intraOpThreads: 1 });
  const model = await loadModule(path, { format: 'lite', pool });
  async function run(count) {
    let last;
    for (let sent = 0; sent < count; sent += inFlight) {
      const runs = Array.from({ length: Math.min(inFlight, count - sent) }, () => model.forward(x));
      for (const output of await Promise.all(runs)) {
        last?.dispose();
        last = output;
      }
    }
    return last;
  }
  async function end() {
    model.dispose();
    pool.dispose();
  }
  return { run, end };
}

function startStage(path) {
  const worker = new Worker(new URL('./stage.mjs', import.meta.url), { workerData: path });
  return new Promise((resolve, reject) => {
    worker.once('message', () => resolve(worker));
    worker.once('error', reject);
  });
}

/** The halves in their workers: the same. */
async function inTwoWorkers(paths, x) {
  const workers = await Promise.all(paths.map(startStage));
  const links = [...workers, null].map(() => new MessageChannel());
  workers.forEach((worker, i) => {
    const [from, to] = [links[i].port2, links[i + 1].port1];
    worker.postMessage({ from, to }, [from, to]);
  });
  const entrance = new Courier(links[0].port1);
  const exit = new Courier(links.at(-1).port2);
  async function run(count) {
    let last;
    for (let sent = 0, received = 0; received < count; received++) {
      for (; sent < count && sent - received < inFlight; sent++) entrance.send(x);
      last?.dispose();
      last = await exit.receive();
    }
    return last;
  }
  async function end() {
    entrance.close();
    await Promise.all(workers.map((worker) => new Promise((done) => worker.once('exit', done))));
  }
  return { run, end };
}

/** Measures in turns; the best of a few, as what else the machine does only adds to it. */
async function measure(ways) {
  for (const way of ways) (await way.run(1)).dispose();
  const results = ways.map(() => ({ last: null, time: Number.POSITIVE_INFINITY }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) {
      const start = performance.now();
      const last = await way.run(batches);
      const time = Math.min(results[i].time, performance.now() - start);
      results[i].last?.dispose();
      results[i] = { last, time };
    }
  }
  return results;
}

try {
  const whole = file('model.ptl');
  await writeModel(whole);
  const halves = await writeHalves(whole);
  const megabytes = (path) => `${(statSync(path).size / 1e6).toFixed(1)} MB`;
  console.log(`${LAYERS} layers of ${WIDTH} x ${WIDTH}, ${batches} batches of 64\n`);
  for (const [name, path] of Object.entries({ whole, head: halves[0], tail: halves[1] })) {
    console.log(`  ${name.padEnd(6)} ${megabytes(path).padStart(8)}`);
  }

  const x = randn([64, WIDTH]);
  const ways = [await inOnePiece(whole, x), await inTwoWorkers(halves, x)];
  const [one, two] = await measure(ways);
  for (const way of ways) await way.end();
  const same = one.last.equal(two.last);
  console.log('\n  way                 batches a second');
  const fastest = Math.min(one.time, two.time);
  for (const [way, { time }] of Object.entries({ 'one piece': one, 'two workers': two })) {
    const rate = ((batches / time) * 1000).toFixed(1);
    console.log(`  ${way.padEnd(18)} ${rate.padStart(8)}  ${bar(fastest / time, 24)}`);
  }
  const ratio = (one.time / two.time).toFixed(2);
  console.log(`\n  two workers are ${ratio} times as fast; equal outputs: ${same}`);
  if (!same) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
