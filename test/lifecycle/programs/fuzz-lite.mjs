/**
 * Loads lite modules with a few bytes changed, and runs what loads: each is an answer or a coded error.
 * `fuzz-lite.mjs bytes|records COUNT [SEED]`: of the file as it is, or of what its records hold, under
 * checksums that fit.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { loadModuleSync, ones, setWarningHandler } from 'libtorch-node';

const [what, count, seedText] = process.argv.slice(2);
setWarningHandler(() => {});
const step = (name) => writeSync(1, `step: ${name}\n`);
const folder = path.join(process.env.FIXTURES, 'mobile');
const names = ['mlp', 'control', 'values', 'counting', 'interfaced', 'quantized', 'mlp-v4'];
const seeds = names.map((name) => readFileSync(path.join(folder, `${name}.ptl`)));

let state = Number(seedText ?? 0x2545f491);
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

/** Where the records are: their headers, names and contents, which PyTorch stores as they are. */
function recordsOf(bytes) {
  const records = [];
  let at = bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  at = bytes.readUInt32LE(at + 16);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const [size, name, extra] = [
      bytes.readUInt32LE(at + 24),
      bytes.readUInt16LE(at + 28),
      bytes.readUInt16LE(at + 30),
    ];
    const header = bytes.readUInt32LE(at + 42);
    const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
    const label = bytes.toString('latin1', at + 46, at + 46 + name);
    records.push({ entry: at, header, start, size, label });
    at += 46 + name + extra + bytes.readUInt16LE(at + 32);
  }
  return records;
}

function spoil(bytes, from, to) {
  for (let i = random(4); i >= 0; i--) {
    const at = from + random(to - from);
    if (random(2) === 0) bytes[at] = random(256);
    else bytes[at] ^= 1 << random(8);
  }
}

function mutant(seed) {
  const bytes = Buffer.from(seed);
  if (what === 'bytes') {
    if (random(4) === 0) return bytes.subarray(0, random(bytes.length));
    spoil(bytes, 0, bytes.length);
    return bytes;
  }
  const pickles = recordsOf(bytes).filter(({ label }) => /\.(debug_)?pkl$/.test(label));
  const { entry, header, start, size } = pickles[random(pickles.length)];
  spoil(bytes, start, start + size);
  const sum = crc32(bytes.subarray(start, start + size));
  bytes.writeUInt32LE(sum, entry + 16);
  bytes.writeUInt32LE(sum, header + 14);
  return bytes;
}

let answers = 0;
for (let i = 0; i < Number(count); i++) {
  const bytes = mutant(seeds[i % seeds.length]);
  if (process.env.KEEP) (await import('node:fs')).writeFileSync(process.env.KEEP, bytes);
  try {
    const model = loadModuleSync(bytes, { format: 'lite' });
    answers++;
    model.forwardSync(ones([2, 16]));
    model.dispose();
  } catch (error) {
    assert.match(String(error.code), /^ERR_/, `mutant ${i}: ${error.stack}`);
  }
  if (i % 100 === 0) step(`mutant ${i}`);
}
step(`${answers} of ${count} were loaded`);
assert.ok(answers > 0 && answers < Number(count));
step('done');
