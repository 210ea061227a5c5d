/** Modules that LibTorch's observer pass mishandles, quantized from their files and run: PATTERN. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  backends,
  loadModule,
  manualSeed,
  quantizeStatic,
  randn,
  setWarningHandler,
  Tensor,
  TorchError,
} from 'libtorch-node';
import { done, step } from './support.mjs';

setWarningHandler(() => {});
const folder = path.join(process.env.FIXTURES, 'quantization_control_flow');
const manifest = JSON.parse(readFileSync(path.join(folder, 'manifest.json'), 'utf8'));
const pattern = new RegExp(process.argv[2], 'u');
const observers = ['minmax', 'histogram', 'perChannelMinMax'];

function tensorsOf(value) {
  if (value instanceof Tensor) return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(tensorsOf) : [];
}

/** The greatest difference of two results. */
function distance(one, other) {
  const others = tensorsOf(other);
  const errors = tensorsOf(one).map((tensor, i) => {
    return tensor.numel === 0 ? 0 : tensor.sub(others[i]).abs().max().item();
  });
  return Math.max(...errors);
}

async function quantized(name, file, shape, options) {
  const model = await loadModule(file);
  const inputs = Array.from({ length: 3 }, () => randn(shape));
  const result = await quantizeStatic(model, inputs, options);
  const output = await result.module.forward(inputs[0]);
  const error = distance(output, await model.forward(inputs[0]));
  // What is loaded is packed for the engine of the process.
  backends.quantized.engine = options.engine;
  const reloaded = await loadModule(await (await result.module.clone()).toBytes());
  const reloads = distance(await reloaded.forward(inputs[0]), output);
  const count = `${result.quantized.length} quantized, ${result.skipped.length} skipped`;
  step(`${name}: ${count}, error ${error.toFixed(2)}, reloads with ${reloads}`);
  for (const { name: layer, reason } of result.skipped) console.log(`  ${layer}: ${reason}`);
}

let number = 0;
for (const [name, { file, shape }] of Object.entries(manifest)) {
  if (!pattern.test(name)) continue;
  manualSeed(7);
  const options = { observers: observers[number % 3], engine: number % 2 ? 'qnnpack' : 'x86' };
  number++;
  await quantized(name, path.join(folder, file), shape, options).catch((error) => {
    if (!(error instanceof TorchError)) throw error;
    step(`${name}: ${error.code}`);
    console.log(error.message);
  });
}
gc();
done();
