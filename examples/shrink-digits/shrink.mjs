// Halves the channels of the digit classifier, in steps, and quantizes what is left.
//
//     node examples/shrink-digits/shrink.mjs [digits-small.pt]
//
// After each step the model is trained for a while on three quarters of the digits; how well it reads
// is measured on the others.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fromBuffer,
  loadModule,
  manualSeed,
  nn,
  optim,
  optimize,
  setNumThreads,
  setWarningHandler,
  tensor,
  tidy,
} from 'libtorch-node';
import { readTestSplit } from '../digits/images.mjs';
import { bar } from '../terminal.mjs';

const EPOCHS = 6;
const BATCH = 32;
// LibTorch says that the dtypes of quantized tensors will go one day.
setWarningHandler(() => {});
// Threads would spend more time waiting for each other than on a model of this size.
setNumThreads(1);
manualSeed(7);

const split = readTestSplit();
const images = fromBuffer(split.pixels, { shape: [split.count, 8, 8] });
const training = [];
const testing = [];
for (let row = 0; row < split.count; row++) (row % 4 === 0 ? testing : training).push(row);

/** Images and labels of some rows. */
function pick(some) {
  const index = tensor(BigInt64Array.from(some, BigInt));
  return [
    images.indexSelect(0, index),
    tensor(BigInt64Array.from(some, (row) => BigInt(split.labels[row]))),
  ];
}

async function accuracy(model) {
  const [x, labels] = pick(testing);
  const logits = await model.forward(x);
  return logits.argmax(1).eq(labels).sum().item() / testing.length;
}

/** The fastest of some calls, in microseconds. */
function latency(model) {
  const [x] = pick(testing.slice(0, 16));
  let best = Infinity;
  for (let call = 0; call < 200; call++) {
    const start = performance.now();
    model.forwardSync(x).dispose();
    best = Math.min(best, (performance.now() - start) * 1000);
  }
  return best;
}

async function fineTune(model, { round, rounds, sparsity }) {
  const optimizer = new optim.AdamW(model.train().parameters(), { lr: 1e-3 });
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let at = 0; at < training.length; at += BATCH) {
      tidy(() => {
        const [x, labels] = pick(training.slice(at, at + BATCH));
        optimizer.zeroGrad();
        nn.functional.crossEntropy(model.forwardSync(x), labels).backward();
        optimizer.step();
      });
    }
  }
  const right = await accuracy(model.eval());
  const percent = (share) => `${(100 * share).toFixed(1)} %`;
  console.log(
    `round ${round} of ${rounds}: ${percent(sparsity)} zeros, ${percent(right)} read right`,
  );
}

function show(name, right, bytes, microseconds) {
  const share = `${(100 * right).toFixed(1).padStart(5)} % ${bar(right, 20).padEnd(20)}`;
  const size = `${(bytes / 1024).toFixed(0).padStart(4)} kB`;
  console.log(`${name.padEnd(8)} ${share} ${size} ${microseconds.toFixed(0).padStart(5)} µs`);
}

const model = await loadModule(new URL('../digits/digits-scripted.pt', import.meta.url));
const stages = { prune: { amount: 0.5, structured: true, rounds: 3 }, fineTune };
const small = await optimize(model, stages);
for (const { name, before, after } of small.shrunk) {
  console.log(`${name}: ${before} channels, now ${after}`);
}
const tiny = await optimize(small.module, {
  quantize: { method: 'static', observers: 'minmax' },
  calibration: [pick(training.slice(0, 64))[0], pick(training.slice(64, 128))[0]],
});
console.log();
show('float', await accuracy(model), small.bytes.before, latency(model));
show('half', await accuracy(small.module), small.bytes.after, latency(small.module));
show('8 bits', await accuracy(tiny.module), tiny.bytes.after, latency(tiny.module));

const folder = process.argv[2] === undefined ? mkdtempSync(join(tmpdir(), 'digits-')) : null;
const file = process.argv[2] ?? join(folder, 'digits-small.pt');
await tiny.module.save(file);
const again = await loadModule(file);
console.log(`read again from the file: ${(100 * (await accuracy(again))).toFixed(1)} %`);
if (folder !== null) rmSync(folder, { recursive: true });
