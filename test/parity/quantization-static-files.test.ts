import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  backends,
  loadModule,
  loadModuleSync,
  quantizeStatic,
  setWarningHandler,
  type Tensor,
} from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';
import {
  batchesOf,
  quantizationStatic,
  quantizationStaticFile,
} from '../fixtures/quantization-static.js';
import { outputsInWorker } from './in-worker.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const flat = (tensor: Tensor): number[] => tensor.flatten().toArray() as number[];

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

async function quantized(name: string) {
  const fixture = quantizationStatic[name]!;
  const batches = batchesOf(fixture);
  using model = loadModuleSync(quantizationStaticFile(fixture.file));
  return { result: await quantizeStatic(model, batches), x: batches[0]! };
}

describe('a module that is quantized statically here', () => {
  it('is read by Python and by the lite interpreters', { timeout: 240_000 }, async () => {
    const folder = scratchFolder();
    const expected: number[][] = [];
    const files: string[] = [];
    for (const name of ['network', 'residual-traced', 'volume', 'transformer-traced']) {
      const { result, x } = await quantized(name);
      const file = path.join(folder, name);
      await result.module.save(`${file}.pt`);
      await result.module.saveLite(`${file}.ptl`);
      expected.push(flat(await result.module.forward(x)));
      using lite = loadModuleSync(`${file}.ptl`, { format: 'lite' });
      expect(flat(lite.forwardSync(x))).toEqual(expected.at(-1));
      files.push(name, file);
    }
    const script = fileURLToPath(new URL('quantization-static-files.py', import.meta.url));
    const runner = path.join(root, 'scripts', 'run-python.mjs');
    const args = [runner, script, quantizationStaticFile('manifest.json'), ...files];
    const out = execFileSync(process.execPath, args, {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    const found = JSON.parse(out.slice(out.indexOf('['))) as number[][][];
    expect(found).toEqual(expected.map((outputs) => [outputs, outputs]));
  });

  it('runs on the other engines', async () => {
    const { result, x } = await quantized('network');
    const expected = flat(result.module.forwardSync(x));
    const bytes = await result.module.toBytes();
    const before = backends.quantized.engine;
    try {
      for (const engine of backends.quantized.supportedEngines) {
        backends.quantized.engine = engine;
        using loaded = await loadModule(bytes);
        const outputs = flat(await loaded.forward(x));
        // Kernels round differently: by a step of 8 bits or two.
        const errors = outputs.map((value, i) => Math.abs(value - expected[i]!));
        expect(Math.max(...errors)).toBeLessThan(0.05);
      }
    } finally {
      backends.quantized.engine = before;
    }
  });

  it('runs in a worker, shared and loaded', async () => {
    const { result, x } = await quantized('network');
    const outputs = await outputsInWorker(result.module, x);
    const expected = result.module.forwardSync(x).toArray();
    expect(outputs).toEqual([expected, expected]);
  });
});
