import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  loadModule,
  loadModuleSync,
  quantizeDynamic,
  setWarningHandler,
  type Tensor,
} from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';
import { inputsOf, quantization, quantizationFile } from '../fixtures/quantization.js';
import { expectValue } from '../fixtures/values.js';
import { outputsInWorker } from './in-worker.js';

const exactly = { atol: 0, rtol: 0 };
const root = fileURLToPath(new URL('../..', import.meta.url));

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

describe('a module that Python quantized gives what it gives there, bit for bit', () => {
  it.each(Object.entries(quantization.python))('%s', async (name, fixture) => {
    const inputs = inputsOf(fixture);
    using script = await loadModule(quantizationFile(`${name}.pt`));
    expectValue(await script.forward(...inputs), fixture.result, exactly);
    using lite = loadModuleSync(quantizationFile(`${name}.ptl`), { format: 'lite' });
    expectValue(lite.forwardSync(...inputs), fixture.result, exactly);
    using again = await loadModule(await script.toBytes());
    expectValue(await again.forward(...inputs), fixture.result, exactly);
    using copy = await script.clone();
    expectValue(await copy.forward(...inputs), fixture.result, exactly);
  });
});

/** What Python's own run of files gives, with and without its lite interpreter. */
function runInPython(files: readonly string[]): { script: number[]; lite: number[] }[] {
  const script = fileURLToPath(new URL('quantization-round-trip.py', import.meta.url));
  const args = [path.join(root, 'scripts', 'run-python.mjs'), script, ...files];
  const out = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  return JSON.parse(out.slice(out.indexOf('['))) as { script: number[]; lite: number[] }[];
}

function flat(value: unknown): number[] {
  const tensors = (Array.isArray(value) ? value : [value]) as Tensor[];
  return tensors.flatMap((tensor) => tensor.flatten().toArray() as number[]);
}

describe('a module that is quantized here', () => {
  it('is read by Python, by the lite interpreters and by workers', {
    timeout: 240_000,
  }, async () => {
    const folder = scratchFolder();
    const names = ['mlp', 'transformer', 'lstm-deep', 'gru-deep'];
    const expected: number[][] = [];
    for (const name of names) {
      using model = loadModuleSync(quantizationFile(`${name}.pt`));
      const fixture = quantization.jit[name] ?? quantization.eager[name]!;
      using result = await quantizeDynamic(model);
      await result.module.save(path.join(folder, `${name}.pt`));
      await result.module.saveLite(path.join(folder, `${name}.ptl`));
      const inputs = inputsOf(fixture);
      expected.push(flat(await result.module.forward(...inputs)));
      using lite = loadModuleSync(path.join(folder, `${name}.ptl`), { format: 'lite' });
      expect(flat(lite.forwardSync(...inputs))).toEqual(expected.at(-1));
      expect(statSync(path.join(folder, `${name}.ptl`)).size).toBeGreaterThan(0);
    }
    const files = names.flatMap((name) => [
      path.join(folder, name),
      path.join(path.dirname(quantizationFile('mlp.pt')), 'manifest.json'),
      name,
    ]);
    for (const [index, found] of runInPython(files).entries()) {
      expect(found.script).toEqual(expected[index]);
      expect(found.lite).toEqual(expected[index]);
    }
  });

  it('runs in a worker', async () => {
    using model = loadModuleSync(quantizationFile('mlp.pt'));
    using result = await quantizeDynamic(model);
    const fixture = quantization.jit.mlp!;
    const [x] = inputsOf(fixture) as [Tensor];
    const outputs = await outputsInWorker(result.module, x);
    const expected = result.module.forwardSync(x).toArray();
    expect(outputs).toEqual([expected, expected]);
  });
});
