/**
 * Loads damaged flatbuffers: LibTorch's reader crashes on some, in a process of its own. This one lives
 * on, and gets a coded error. `fuzz-flatbuffer.mjs COUNT`
 */
import assert from 'node:assert/strict';
import { readFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { loadModule, loadModuleSync, setWarningHandler } from 'libtorch-node';

const count = Number(process.argv[2]);
setWarningHandler(() => {});
const step = (name) => writeSync(1, `step: ${name}\n`);
const seed = readFileSync(path.join(process.env.FIXTURES, 'flatbuffer.ptl'));
const options = { format: 'lite', allowFlatbuffer: true };

let state = 0x2545f491;
function random(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

function mutant() {
  const bytes = Buffer.from(seed);
  // Tables are full of offsets: large ones lead far away.
  for (let i = random(4); i >= 0; i--) {
    const at = 8 + random(bytes.length - 12);
    if (random(2) === 0) bytes.writeUInt32LE(random(0x7fffffff), at);
    else bytes[at] = random(256);
  }
  return bytes;
}

const messages = [];
async function failureOf(load) {
  try {
    (await load()).dispose();
    return;
  } catch (error) {
    assert.match(String(error.code), /^ERR_(LOAD_FAILED|OUT_OF_MEMORY|MISSING_OPERATORS)$/);
    messages.push(error.message);
  }
}

// Near the beginning, where the outermost tables are: some of these are followed to nowhere.
for (const at of [20, 136, 144, 148]) {
  const bytes = Buffer.from(seed);
  bytes.writeUInt32LE(0, at);
  await failureOf(() => loadModule(bytes, options));
  await failureOf(() => loadModuleSync(bytes, options));
}
step('tables that are nowhere');
for (let i = 0; i < count; i += 2) {
  const [one, two] = [mutant(), mutant()];
  await Promise.all([one, two].map((bytes) => failureOf(() => loadModule(bytes, options))));
}
const crashed = messages.filter((text) => text.includes('tried it ended'));
step(`${messages.length} of ${count + 8} failed, ${crashed.length} by a crash`);
assert.ok(crashed.length > 0);
(await loadModule(seed, options)).dispose();
step('done');
