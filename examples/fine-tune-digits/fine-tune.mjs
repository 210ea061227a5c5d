// Teaches a digit classifier to read digits that lie on their side.
//
//     node examples/fine-tune-digits/fine-tune.mjs [fine-tuned.pt]
//
// The model of the digits example knows upright digits. It is trained here, in Node, on digits that
// are turned by a quarter; the loss falls, and the saved module reads both this way and in Python.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fromBuffer,
  loadModule,
  manualSeed,
  nn,
  optim,
  setNumThreads,
  tensor,
  tidy,
} from 'libtorch-node';
import { readTestSplit } from '../digits/images.mjs';
import { bar, curve } from '../terminal.mjs';

const EPOCHS = 20;
const BATCH = 32;
const model = await loadModule(new URL('../digits/digits-scripted.pt', import.meta.url));

// Every fourth digit is held back for testing.
const split = readTestSplit();
const upright = fromBuffer(split.pixels, { shape: [split.count, 8, 8] });
const images = upright.rot90(1, [1, 2]).contiguous();
const rows = Array.from({ length: split.count }, (_, row) => row);
const testRows = rows.filter((row) => row % 4 === 0);
const trainRows = rows.filter((row) => row % 4 !== 0);

/** Images and labels of some rows. */
function pick(some) {
  const index = tensor(BigInt64Array.from(some, BigInt));
  const labels = BigInt64Array.from(some, (row) => BigInt(split.labels[row]));
  return [images.indexSelect(0, index), tensor(labels)];
}

/** The share of the held-back digits that a module reads right. */
async function accuracy(of) {
  const [x, labels] = pick(testRows);
  const logits = await of.eval().forward(x);
  return logits.argmax(1).eq(labels).float().mean().item();
}

function shuffled(values) {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}

/** A small generator of its own, so that every run prints the same. */
let state = 7;
function random() {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
}

const before = await accuracy(model);

manualSeed(7);
// Threads would spend more time waiting for each other than on a model of this size.
setNumThreads(1);
const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3, weightDecay: 1e-2 });
const scheduler = new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: EPOCHS });
const losses = [];
const start = performance.now();
model.train();
for (let epoch = 0; epoch < EPOCHS; epoch++) {
  const order = shuffled(trainRows);
  for (let at = 0; at < order.length; at += BATCH) {
    // What a step makes goes with it: also the graph, which the loss alone holds.
    const loss = tidy(() => {
      const [x, labels] = pick(order.slice(at, at + BATCH));
      const value = nn.functional.crossEntropy(model.forwardSync(x), labels);
      optimizer.zeroGrad();
      value.backward();
      optimizer.step();
      return value.item();
    });
    losses.push(loss);
  }
  scheduler.step();
}
const seconds = (performance.now() - start) / 1000;

// The loss from step to step, smoothed a little.
const smooth = losses.map((_, i) => {
  const near = losses.slice(Math.max(0, i - 4), i + 1);
  return near.reduce((sum, loss) => sum + loss, 0) / near.length;
});
const top = Math.max(...smooth);
const lines = curve(
  smooth.map((loss) => loss / top),
  { width: 64, height: 8 },
);
console.log(`cross entropy over ${losses.length} steps, ${seconds.toFixed(1)} s\n`);
for (const [i, line] of lines.entries()) {
  const level = ((top * (lines.length - i)) / lines.length).toFixed(2);
  console.log(`  ${level.padStart(5)} ┤${line}`);
}
console.log(`   0.00 └${'─'.repeat(64)}\n`);

// Saved, loaded again, and measured.
const folder = process.argv[2] === undefined ? mkdtempSync(join(tmpdir(), 'fine-tune-')) : null;
const path = process.argv[2] ?? join(folder, 'fine-tuned.pt');
await model.eval().save(path);
const again = await loadModule(path);
const after = await accuracy(again);
if (folder !== null) rmSync(folder, { recursive: true });

for (const [name, share] of [
  ['before', before],
  ['after', after],
]) {
  console.log(`  ${name.padEnd(7)} ${(share * 100).toFixed(1).padStart(5)} % ${bar(share)}`);
}
if (after < 0.85) {
  console.error(`expected an accuracy of at least 85 % after training, got ${after}`);
  process.exitCode = 1;
}
for (const owner of [optimizer, again, model]) owner.dispose();
