// The whole walk from a scripted model to a phone's answer about a photograph.
//
//     node examples/mobile-classifier/classify.mjs [photograph.jpg]
//
// Scripts a classifier of paper shapes and trains it for some seconds, optimizes it for phones, saves it as
// `.ptl` with its labels and an example input, loads that file, shows it a photograph, and holds it
// against the model it came from.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareModules, inspectModule, jit, loadModule, setNumThreads, tidy } from 'libtorch-node';
import { decodeImage } from 'libtorch-node/image';
import { bar, picture } from '../terminal.mjs';
import { generator, labels, photograph } from './shapes.mjs';
import { input, makeModel, photographs, train } from './train.mjs';

const folder = mkdtempSync(join(tmpdir(), 'mobile-classifier-'));
const file = (name) => join(folder, name);

/** The share of photographs that a module names right. */
async function accuracy(of, { images, classes }) {
  const logits = await of.forward(images);
  const answers = [...logits.argmax(1).toTypedArray()].map(Number);
  return answers.filter((answer, i) => answer === classes[i]).length / classes.length;
}

try {
  // Threads would spend more time waiting for each other than on a model of this size.
  setNumThreads(1);

  // Script and train.
  const model = makeModel();
  const start = performance.now();
  const losses = train(model, await photographs(768, 1), 6);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const test = await photographs(160, 2);
  const share = await accuracy(model, test);
  console.log(
    `trained in ${seconds} s: loss ${losses[0].toFixed(2)} to ${losses.at(-1).toFixed(2)}, ` +
      `${(share * 100).toFixed(1)} % of ${test.classes.length} other photographs right\n`,
  );

  // Optimize and save.
  const example = test.images.narrow(0, 0, 1).contiguous();
  await model.save(file('desktop.pt'));
  const optimized = await jit.optimizeForMobile(model);
  await optimized.saveLite(file('mobile.ptl'), {
    extraFiles: { 'labels.json': JSON.stringify(labels) },
    bundledInputs: [[example]],
  });

  const { bytecode } = await inspectModule(file('mobile.ptl'));
  console.log(`bytecode ${bytecode.version}, calls ${bytecode.operators.length} operators:`);
  for (const { name } of bytecode.operators) console.log(`  ${name}`);
  console.log();

  // Load as a phone does: the file brings its labels.
  const mobile = await loadModule(file('mobile.ptl'), {
    format: 'lite',
    extraFiles: ['labels.json'],
  });
  const names = JSON.parse(mobile.extraFiles['labels.json'].toString());

  // Show it a photograph.
  let path = process.argv[2];
  if (path === undefined) {
    path = file('photograph.jpg');
    writeFileSync(path, await photograph('star', generator(2026), { width: 640, height: 480 }));
  }
  const x = await decodeImage(path, input);
  const [shares, classes] = tidy(() => {
    const top = mobile.forwardSync(x).softmax(1).topk(5);
    return top.map((each) => [...each.toTypedArray()].map(Number));
  });
  const seen = await decodeImage(path, { resize: 32, centerCrop: 32, channels: 1, dtype: 'uint8' });
  for (const line of picture({ pixels: seen.data, width: 32, height: 32 }, 1)) {
    console.log(`  ${line}`);
  }
  console.log();
  for (const [i, value] of shares.entries()) {
    const percent = `${(value * 100).toFixed(1)} %`.padStart(8);
    console.log(
      `  ${i === 0 ? '>' : ' '} ${names[classes[i]].padEnd(10)} ${percent} ${bar(value)}`,
    );
  }

  // Hold it against the desktop model.
  const inputs = [[x], ...(await mobile.bundledInputs()), [test.images]];
  const found = await compareModules(file('desktop.pt'), file('mobile.ptl'), inputs, {
    atol: 1e-4,
  });
  console.log('\n  model         on disk   latency   peak memory');
  for (const { name, sizeBytes, latency, peakMemoryBytes } of [found.reference, found.other]) {
    const peak = peakMemoryBytes === null ? '-' : `${(peakMemoryBytes / 1e6).toFixed(1)} MB`;
    console.log(
      `  ${name.padEnd(11)} ${(sizeBytes / 1e3).toFixed(0).padStart(6)} kB` +
        `${(latency.median * 1000).toFixed(0).padStart(7)} µs  ${peak.padStart(12)}`,
    );
  }
  const { maxAbsoluteError, meanAbsoluteError, cosineSimilarity, top1Agreement } = found.errors;
  console.log(
    `\n  largest error ${maxAbsoluteError.toExponential(1)}, mean ${meanAbsoluteError.toExponential(1)}, ` +
      `cosine similarity ${cosineSimilarity.toFixed(6)}, ` +
      `same answer for ${(top1Agreement * 100).toFixed(1)} %`,
  );
  console.log(`  ${found.passed ? 'passed' : 'FAILED'}: within ${found.atol} of the desktop model`);
  if (!found.passed || share < 0.9) process.exitCode = 1;
  for (const owner of [model, optimized, mobile]) owner.dispose();
} finally {
  rmSync(folder, { recursive: true });
}
