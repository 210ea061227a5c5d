// Trains the digit classifier for 8 bits, and shows what they cost.
//
//     node examples/quantize-aware-digits/quantize-aware.mjs [digits-int8.pt]
//
// While the model learns, its weights and activations are rounded as 8 bits would round them. Each
// fourth of the digits is read by a model that was trained on the other three, so that no model is
// asked about a digit that it has seen.

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  convert,
  disableObserver,
  fromBuffer,
  loadModule,
  manualSeed,
  nn,
  optim,
  prepareQat,
  setNumThreads,
  setWarningHandler,
  tensor,
  tidy,
} from 'libtorch-node';
import { readTestSplit } from '../digits/images.mjs';
import { bar, curve } from '../terminal.mjs';

const EPOCHS = 8;
const BATCH = 32;
const FOLDS = 4;
// LibTorch says that the dtypes of quantized tensors will go one day.
setWarningHandler(() => {});
// Threads would spend more time waiting for each other than on a model of this size.
setNumThreads(1);
manualSeed(7);

const split = readTestSplit();
const images = fromBuffer(split.pixels, { shape: [split.count, 8, 8] });
const rows = Array.from({ length: split.count }, (_, row) => row);
const model = await loadModule(new URL('../digits/digits-scripted.pt', import.meta.url));

/** Images and labels of some rows. */
function pick(some) {
  const index = tensor(BigInt64Array.from(some, BigInt));
  return [
    images.indexSelect(0, index),
    tensor(BigInt64Array.from(some, (row) => BigInt(split.labels[row]))),
  ];
}

/** How many of these digits a module reads right. */
async function countRight(of, some) {
  const [x, labels] = pick(some);
  const logits = await of.forward(x);
  return logits.argmax(1).eq(labels).sum().item();
}

/** A small generator of its own, so that every run prints the same. */
let state = 7;
function shuffled(values) {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    state = (state * 48271) % 2147483647;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** Trains a copy of the model with rounded values, and makes it a quantized module. */
async function train(some, losses) {
  const qat = await prepareQat(model);
  const optimizer = new optim.AdamW(qat.parameters(), { lr: 2e-4 });
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    // The ranges of values have settled by now.
    if (epoch === EPOCHS - 2) disableObserver(qat);
    const order = shuffled(some);
    for (let at = 0; at < order.length; at += BATCH) {
      const loss = tidy(() => {
        const [x, labels] = pick(order.slice(at, at + BATCH));
        const value = nn.functional.crossEntropy(qat.forwardSync(x), labels);
        optimizer.zeroGrad();
        value.backward();
        optimizer.step();
        return value.item();
      });
      losses.push(loss);
    }
  }
  const { module } = await convert(qat);
  for (const owner of [optimizer, qat]) owner.dispose();
  return module;
}

const start = performance.now();
const losses = [];
let right = 0;
let quantized;
for (let fold = 0; fold < FOLDS; fold++) {
  quantized?.dispose();
  losses.length = 0;
  quantized = await train(
    rows.filter((row) => row % FOLDS !== fold),
    losses,
  );
  right += await countRight(
    quantized,
    rows.filter((row) => row % FOLDS === fold),
  );
}
const seconds = (performance.now() - start) / 1000;

const top = Math.max(...losses);
console.log(
  `cross entropy over ${losses.length} steps, rounded to 8 bits; ${FOLDS} trainings in ${seconds.toFixed(1)} s\n`,
);
for (const line of curve(
  losses.map((loss) => loss / top),
  { width: 64, height: 4 },
)) {
  console.log(`  │${line}`);
}
console.log(`  └${'─'.repeat(64)}\n`);

// Saved, loaded again, and measured: the last of the four.
const folder = mkdtempSync(join(tmpdir(), 'quantize-aware-'));
const floatPath = join(folder, 'digits.pt');
const path = process.argv[2] ?? join(folder, 'digits-int8.pt');
await model.save(floatPath);
await quantized.save(path);
const again = await loadModule(path);

/** The median time of one call with these digits, in microseconds. */
function timeOf(of, x) {
  const times = Array.from({ length: 101 }, () => {
    const before = performance.now();
    of.forwardSync(x).dispose();
    return performance.now() - before;
  });
  return times.sort((a, b) => a - b)[50] * 1000;
}

const figures = [
  ['float', (await countRight(model, rows)) / rows.length, floatPath, model],
  ['8 bits', right / rows.length, path, again],
];
console.log('              accuracy                                     file    64 digits');
const [x] = pick(rows.slice(0, 64));
for (const [name, accuracy, file, of] of figures) {
  const percent = `${(accuracy * 100).toFixed(2).padStart(6)} %`;
  const size = `${(statSync(file).size / 1000).toFixed(0).padStart(4)} kB`;
  const time = `${timeOf(of, x).toFixed(0).padStart(6)} µs`;
  console.log(`  ${name.padEnd(8)} ${percent} ${bar(accuracy).padEnd(30)} ${size}  ${time}`);
}
rmSync(folder, { recursive: true });

const drop = (figures[0][1] - figures[1][1]) * 100;
console.log(`\n  accuracy drop: ${drop.toFixed(2)} points`);
if (drop > 0.5) {
  console.error(`expected a drop of at most 0.5 points, got ${drop.toFixed(2)}`);
  process.exitCode = 1;
}
for (const owner of [again, quantized, model]) owner.dispose();
