/** Times of quantized models against float32 in this process, and against Python on the same file. */
import path from 'node:path';
import { loadModuleSync, ones } from 'libtorch-node';
import { Peer } from '../lib/peer.mjs';
import { python } from '../lib/python.mjs';
import { hereSync, measure } from '../lib/rounds.mjs';
import { quantizedFile } from './sizes.mjs';

const image = 'static int8, min and max';
const cases = [
  ['BERT-base, 128 tokens', 'bert-base', 'dynamic int8', '1x128', 1.6],
  ['BERT-base, 16 tokens', 'bert-base', 'dynamic int8', '1x16', 2.5],
  ['MiniLM-6, 128 tokens', 'minilm', 'dynamic int8', '1x128', 1.4],
  ['MiniLM-6, 128 tokens', 'minilm', 'weights int8, embeddings uint8', '1x128'],
  ['MiniLM-6, 128 tokens', 'minilm', 'weights int4, embeddings uint8', '1x128'],
  ['ResNet-18, 224 × 224', 'resnet18', image, '1x3x224x224'],
  ['ResNet-50, 224 × 224', 'resnet50', image, '1x3x224x224', 1.8],
];

function inputsOf(shape) {
  const sizes = shape.split('x').map(Number);
  if (sizes.length === 4) return [ones(sizes)];
  return [ones(sizes, { dtype: 'int64' }), ones(sizes, { dtype: 'int64' })];
}

function loopOf(module, inputs) {
  return hereSync((count) => {
    for (let i = 0; i < count; i++) module.forwardSync(...inputs).dispose();
  });
}

/** The fastest call of each side over five alternations: a busy machine only ever adds. */
async function againstPython(module, inputs, file, shape, callMs) {
  const command = await python('bench/peer.py', 'fastest', file, shape);
  command.env.TORCH_CPP_LOG_LEVEL = 'ERROR';
  const peer = await Peer.start(command);
  const calls = Math.max(3, Math.ceil(400 / callMs));
  const found = { here: [], Python: [] };
  for (let round = 0; round < 5; round++) {
    const times = [];
    for (let call = 0; call < calls; call++) {
      const start = process.hrtime.bigint();
      module.forwardSync(...inputs).dispose();
      times.push(Number(process.hrtime.bigint() - start));
    }
    found.here.push(Math.min(...times) / 1e6);
    found.Python.push((await peer.time(calls)) / 1e6);
  }
  peer.close();
  return found;
}

export async function measureTimes(report, models, folder) {
  const rows = [];
  for (const [name, model, method, shape, least] of cases) {
    const file = quantizedFile(folder, model, method);
    const what = `${name}, ${method}`;
    const inputs = inputsOf(shape);
    const float = loadModuleSync(path.join(models, `${model}.pt`)).eval();
    const quantized = loadModuleSync(file);
    const loops = { float32: loopOf(float, inputs), here: loopOf(quantized, inputs) };
    const times = await measure(loops, { rounds: 9, ms: 300 });
    const faster = times.float32.over(times.here);
    const ms = (us) => us / 1000;
    const against = await againstPython(quantized, inputs, file, shape, ms(times.here.min));
    const ratio = Math.min(...against.here) / Math.min(...against.Python);
    float.dispose();
    quantized.dispose();
    rows.push([
      name,
      method,
      ms(times.float32.median),
      ms(times.here.median),
      faster.median,
      ratio,
    ]);
    report.measurements[what] = { ...times, against };
    if (least === undefined) continue;
    report.check(`${what}: float32 / quantized`, faster.median, {
      limit: least,
      least: true,
      byMinima: faster.min,
    });
    report.check(`${what}: here / Python, minima`, ratio, { limit: 1.05, byMinima: ratio });
  }
  report.table(
    'times of one call, on one thread: medians of rounds in turns; fastest of all against Python',
    ['', '', 'float32 ms', 'quantized ms', 'speed-up', 'here / Python'],
    rows,
  );
}
