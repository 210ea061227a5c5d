// Classifies handwritten digits with two TorchScript models.
//
//     node examples/digits/classify.mjs [image.png]
//
// The image is a square PNG with light ink on a dark ground, 8 x 8 or a multiple of it.

import { fileURLToPath } from 'node:url';
import { fromBuffer, loadModule, tidy } from 'libtorch-node';
import { bar, picture } from '../terminal.mjs';
import { readDigit, readTestSplit } from './images.mjs';

const here = (name) => new URL(name, import.meta.url);

/** The place of the largest of the `count` numbers from `start` on. */
function argmax(values, start, count) {
  let best = start;
  for (let i = start + 1; i < start + count; i++) if (values[i] > values[best]) best = i;
  return best - start;
}

/** The share of the labels that the logits [n, 10] get right. */
function accuracy(logits, labels) {
  const right = labels.filter((label, i) => argmax(logits, i * 10, 10) === label).length;
  return right / labels.length;
}

/** The traced model wants float32 in 0..1; the scripted one takes the bytes as they are. */
function toFloat(bytes) {
  return Float32Array.from(bytes, (byte) => byte / 255);
}

function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1];
}

function timeSync(call, repeats = 300) {
  for (let i = 0; i < 20; i++) tidy(() => void call());
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    tidy(() => void call());
    times.push(performance.now() - start);
  }
  return median(times);
}

async function timeAsync(call, repeats = 300) {
  for (let i = 0; i < 20; i++) (await call()).dispose();
  const times = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    (await call()).dispose();
    times.push(performance.now() - start);
  }
  return median(times);
}

const [scripted, traced] = await Promise.all([
  loadModule(here('digits-scripted.pt')),
  loadModule(here('digits-traced.pt')),
]);

// One image.
const path = process.argv[2] ?? fileURLToPath(here('images/digit-3.png'));
const digit = readDigit(path);
const image = fromBuffer(digit.pixels, { shape: [1, 8, 8] });
const probabilities = await scripted.run('probabilities', [image], {
  kwargs: { temperature: 1.5 },
});
const shares = probabilities.toTypedArray();
const answer = argmax(shares, 0, 10);

console.log(`${path}\n`);
for (const line of picture(digit)) console.log(`  ${line}`);
console.log();
for (const [i, share] of [...shares].entries()) {
  const percent = `${(share * 100).toFixed(1)} %`.padStart(8);
  console.log(`  ${i === answer ? '>' : ' '} ${i} ${percent} ${bar(share)}`);
}
const [ranking] = await scripted.run('top', [image], { kwargs: { k: 3 } });
console.log(`\n  most likely: ${ranking.map(([label]) => label).join(', ')}\n`);

// The whole test split.
const test = readTestSplit();
const bytes = fromBuffer(test.pixels, { shape: [test.count, 8, 8] });
const floats = fromBuffer(toFloat(test.pixels), { shape: [test.count, 1, 8, 8] });
const one = fromBuffer(toFloat(digit.pixels), { shape: [1, 1, 8, 8] });

console.log(`${test.count} test digits`);
console.log('  model      accuracy   forwardSync   forward     (median time for one digit)');
for (const [name, model, all, single] of [
  ['traced', traced, floats, one],
  ['scripted', scripted, bytes, image],
]) {
  const logits = await model.forward(all);
  const score = accuracy(logits.toTypedArray(), test.labels);
  const sync = timeSync(() => model.forwardSync(single));
  const async = await timeAsync(() => model.forward(single));
  console.log(
    `  ${name.padEnd(10)} ${(score * 100).toFixed(2)} %    ` +
      `${(sync * 1000).toFixed(0).padStart(5)} µs      ${(async * 1000).toFixed(0).padStart(5)} µs`,
  );
  if (score < 0.98) {
    console.error(`${name}: expected an accuracy of at least 98 %`);
    process.exitCode = 1;
  }
  model.dispose();
}
