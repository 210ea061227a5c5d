import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inspectModule, jit, loadModule, loadModuleSync, type Tensor } from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';
import {
  type Encoded,
  type EncodedTensor,
  expectTensor,
  expectValue,
  toInput,
} from '../fixtures/values.js';

interface MobileModule {
  readonly input: Encoded;
  readonly result: Encoded;
  /** Of the module that 1.13 optimized; absent where it cannot. */
  readonly optimized?: Encoded;
  readonly prepacked?: number;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = here('../../.cache/fixtures-1.13/mobile/');
const inFolder = (name: string): string => path.join(folder, name);

function readModules(): Readonly<Record<string, MobileModule>> {
  const file = inFolder('manifest.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')).modules;
  const reason = inFolder('../reason.txt');
  const why = existsSync(reason) ? readFileSync(reason, 'utf8') : 'run "node scripts/fixtures.mjs"';
  throw new Error(`the files of PyTorch 1.13 are missing: ${why}`);
}

const modules = readModules();
const names = Object.keys(modules);
const optimized = names.filter((name) => modules[name]!.optimized !== undefined);
const hostile = readdirSync(folder).filter((name) => name.startsWith('hostile-'));
const near = { atol: 1e-5 };
const given = (name: string): Tensor => toInput(modules[name]!.input) as Tensor;
const preserved = (name: string): string[] => (/^branches/.test(name) ? ['features'] : []);

/** How often, in all blocks. */
function prepackedIn(file: Parameters<typeof jit.graphData>[0]): number {
  return JSON.stringify(jit.graphData(file)).split('"prepacked::').length - 1;
}

describe('a module that PyTorch 1.13 optimized for XNNPACK', () => {
  it('is there in every shape', () => {
    expect([names.length, optimized.length, hostile.length]).toEqual([13, 11, 36]);
  });

  it.each(optimized)('computes what it did there, as TorchScript and lite: %s', async (name) => {
    for (const ending of ['pt', 'ptl']) {
      using model = await loadModule(inFolder(`${name}-optimized.${ending}`));
      expect(model.format).toBe(ending === 'pt' ? 'torchscript' : 'lite');
      expectValue(await model.forward(given(name)), modules[name]!.optimized!, near, name);
      expectValue(model.forwardSync(given(name)), modules[name]!.optimized!, near, name);
    }
  });

  it('is read without running it', async () => {
    const found = await inspectModule(inFolder('mobilenet-scripted-optimized.ptl'));
    expect(found.format).toBe('lite');
    expect(found.operators).toContain('prepacked::conv2d_clamp_run');
  });

  it.each(hostile)('is refused with what PyTorch would not write: %s', async (name) => {
    const error = await loadModule(inFolder(name)).then(
      (model) => expect.fail(`${name} loads as ${model.format}`),
      (reason: { readonly code: string }) => reason,
    );
    expect(error.code).toBe('ERR_LOAD_FAILED');
  });
});

describe('a module of 1.13 that is optimized here', () => {
  it.each(names)('computes what the source does: %s', async (name) => {
    using source = await loadModule(inFolder(`${name}.pt`));
    const options = { preserve: preserved(name) };
    using mobile = await jit.optimizeForMobile(source, options);
    expectValue(mobile.forwardSync(given(name)), modules[name]!.result, near, name);
    expectValue(source.forwardSync(given(name)), modules[name]!.result, near, name);
    const { prepacked } = modules[name]!;
    if (prepacked !== undefined) expect(prepackedIn(mobile)).toBe(prepacked);
  });

  it('runs in 1.13 with XNNPACK, prepacked, as TorchScript and lite', async () => {
    const scratch = scratchFolder();
    for (const name of names) {
      using source = loadModuleSync(inFolder(`${name}.pt`));
      const options = { preserve: preserved(name) };
      using mobile = jit.optimizeForMobileSync(source, options);
      await mobile.save(path.join(scratch, `${name}.pt`));
      await mobile.saveLite(path.join(scratch, `${name}.ptl`));
    }
    const args = [here('../../scripts/run-older-python.mjs'), here('older/mobile_1_13.py')];
    const printed = execFileSync(process.execPath, [...args, '--run', scratch]);
    const results: Record<string, EncodedTensor> = JSON.parse(printed.toString());
    expect(Object.keys(results)).toHaveLength(2 * names.length);
    for (const [file, result] of Object.entries(results)) {
      const { input, result: wanted } = modules[path.parse(file).name]!;
      expect(input).toBeDefined();
      const got = toInput({ tensor: result }) as Tensor;
      expectTensor(got, (wanted as { tensor: EncodedTensor }).tensor, near, file);
    }
  });
});
