/**
 * Reads files with a few bytes changed, as `inspect` or `load` do: each is an answer or a coded error,
 * in less than two seconds, and memory stays bounded. `fuzz.mjs inspect|load COUNT [SEED]`
 */
import assert from 'node:assert/strict';
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';

const [what, count, seedText] = process.argv.slice(2);
// AddressSanitizer keeps freed memory for a while, and pads the rest.
const limit = (process.env.LD_PRELOAD ?? '').includes('asan') ? 2048 : 512;
const room = (name) => new URL(`../../../dist/${name}.js`, import.meta.url);
// Inspection needs no LibTorch, and its memory is measured without it.
const { inspectModuleSync } = await import(room('inspect/inspect'));
let read = inspectModuleSync;
if (what === 'load') {
  const torch = await import('libtorch-node');
  torch.setWarningHandler(() => {});
  read = torch.loadSync;
}
const step = (name) => writeSync(1, `step: ${name}\n`);

const seeds = {
  inspect: [
    ...['mlp.pt', 'resnet-traced.pt', 'lite.ptl', 'quantized-linear.pt', 'attributes.pt'],
    ...['extra-files.pt', 'crafted/plain.pt', 'crafted/deflated.pt'],
  ],
  load: [
    ...['plain.pt', 'plain-5.pt', 'plain-legacy.pt', 'views.pt', 'views-legacy.pt'],
    ...['training.pt', 'quantized.pt', 'dtypes.safetensors'],
  ].map((name) => `checkpoints/${name}`),
}[what].map((name) => readFileSync(path.join(process.env.FIXTURES, name)));

/** Numbers from 0 to below the limit, the same in every run. */
let state = Number(seedText ?? 0x2545f491);
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

const changes = [
  (bytes) => {
    for (let i = random(8); i >= 0; i--) bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  (bytes) => {
    bytes[random(bytes.length)] ^= 1 << random(8);
    return bytes;
  },
  (bytes) => {
    const at = random(bytes.length - 8);
    bytes.writeUInt32LE([0, 0xffffffff, 0x7fffffff, 0x80000000, 0x10000][random(5)], at);
    return bytes;
  },
  (bytes) => {
    bytes.fill(255, random(bytes.length), random(bytes.length));
    return bytes;
  },
  (bytes) => bytes.subarray(0, random(bytes.length)),
  (bytes) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(bytes.length))]);
  },
  (bytes) => {
    // Near the end, where the table of contents is.
    for (let i = random(4); i >= 0; i--) {
      bytes[bytes.length - 1 - random(Math.min(2000, bytes.length))] = random(256);
    }
    return bytes;
  },
  (bytes) => {
    // Opcodes of pickles in the place of others.
    const codes = '().0125BCDFGIJKLMNPQRSTUVX]acdeghijlopqrstubz}\x80\x81\x85\x8a\x8b\x93\x94\x95';
    for (let i = random(6); i >= 0; i--) {
      bytes[random(bytes.length)] = codes.charCodeAt(random(codes.length));
    }
    return bytes;
  },
];

let answers = 0;
let slowest = 0;
for (let i = 0; i < Number(count); i++) {
  const seed = seeds[i % seeds.length];
  const mutant = changes[random(changes.length)](Buffer.from(seed));
  const start = performance.now();
  try {
    read(mutant);
    answers++;
  } catch (error) {
    assert.match(String(error.code), /^ERR_/, `mutant ${i}: ${error.stack}`);
  }
  slowest = Math.max(slowest, performance.now() - start);
  assert.ok(slowest < 2000, `mutant ${i} took ${slowest} ms`);
  if (i % 100 === 0) {
    const megabytes = process.memoryUsage().rss / 2 ** 20;
    assert.ok(what !== 'inspect' || megabytes < limit, `${megabytes} MB after mutant ${i}`);
    step(`mutant ${i}`);
  }
}
step(`${answers} of ${count} were read, the slowest in ${slowest.toFixed(1)} ms`);
assert.ok(answers > 0 && answers < Number(count));
step('done');
