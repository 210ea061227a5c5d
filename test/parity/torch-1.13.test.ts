import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  backends,
  checkCompatibility,
  inspectModule,
  loadModule,
  loadModuleSync,
  loadStateDict,
  loadStateDictSync,
  type ModuleInput,
  setWarningHandler,
  type Tensor,
} from '../../src/index.js';
import type { FixtureCase } from '../fixtures/fixtures.js';
import {
  type EncodedTensor,
  expectTensor,
  expectValue,
  type Tolerance,
  toInput,
} from '../fixtures/values.js';

interface OlderModule {
  readonly file: string;
  readonly cases: readonly Omit<FixtureCase, 'kwargs'>[];
  readonly parameters: number;
}
interface OlderManifest {
  readonly torch: string;
  readonly modules: Readonly<Record<string, OlderModule>>;
  readonly stateDict: Readonly<Record<string, EncodedTensor>>;
}

const folder = fileURLToPath(new URL('../../.cache/fixtures-1.13/', import.meta.url));
const inFolder = (name: string): string => path.join(folder, name);

function readManifest(): OlderManifest {
  const file = inFolder('manifest.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as OlderManifest;
  const reason = inFolder('reason.txt');
  const why = existsSync(reason) ? readFileSync(reason, 'utf8') : 'run "node scripts/fixtures.mjs"';
  throw new Error(`the files of PyTorch 1.13 are missing: ${why}`);
}

const manifest = readManifest();
const names = Object.keys(manifest.modules);
const tolerance: Tolerance = { atol: 1e-5 };

// What quantized modules give depends on the engine: this one made the golden values.
backends.quantized.engine = 'qnnpack';
// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

describe(`a module written by PyTorch ${manifest.torch}`, () => {
  it('is of 1.13', () => {
    expect(manifest.torch).toMatch(/^1\.13\./);
    expect(names).toHaveLength(9);
  });

  it.each(names)('loads and computes what it did there: %s', async (name) => {
    const { file, cases } = manifest.modules[name]!;
    using model = await loadModule<unknown>(inFolder(file));
    using same = loadModuleSync<unknown>(readFileSync(inFolder(file)));
    for (const { method, args, result } of cases) {
      const given = (): ModuleInput[] => args.map(toInput);
      expectValue(await model.run(method, given()), result!, tolerance, `${name}.${method}`);
      expectValue(same.runSync(method, given()), result!, tolerance, `${name}.${method}`);
    }
  });

  it.each(names)('is read without running it: %s', async (name) => {
    const { file, parameters } = manifest.modules[name]!;
    const found = await inspectModule(inFolder(file));
    const sizes = found.parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    expect(found.format).toBe('torchscript');
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(parameters);
    expect(found.frozen).toBe(name === 'frozen');
    expect(found.quantized).toBe(name.startsWith('quantized'));
    const run = manifest.modules[name]!.cases.map(({ method }) => method);
    expect(found.methods.map((method) => method.name)).toEqual(expect.arrayContaining(run));
  });

  it('keeps its extra files', async () => {
    using model = await loadModule(inFolder('extra-files.pt'));
    expect(model.extraFiles['labels.txt']?.toString()).toBe('кот\ndog');
    expect([...model.extraFiles['blob.bin']!]).toEqual([...Array(256).keys()]);
  });
});

describe('a lite module written by PyTorch 1.13', () => {
  const lite = { format: 'lite' } as const;

  it.each(names)('computes what its TorchScript did there: %s', async (name) => {
    const { cases } = manifest.modules[name]!;
    using model = await loadModule<unknown>(inFolder(`${name}.ptl`), lite);
    expect(model.bytecodeVersion).toBe(8);
    for (const { method, args, result } of cases) {
      const given = args.map(toInput);
      const where = `${name}.${method}`;
      expectValue(await model.run(method, given), result!, tolerance, where);
      expectValue(model.runSync(method, given), result!, tolerance, where);
    }
  });

  it.each([7, 6, 5, 4])('of bytecode version %i runs', (version) => {
    const { args, result } = manifest.modules.scripted!.cases[0]!;
    using model = loadModuleSync(inFolder(`scripted-v${version}.ptl`), lite);
    expect(model.bytecodeVersion).toBe(version);
    expectValue(model.forwardSync(...args.map(toInput)), result!, { atol: 1e-5 });
  });

  it('can run here, and says so', async () => {
    const { compatible, problems } = await checkCompatibility(inFolder('quantized-dynamic.ptl'));
    expect({ compatible, problems }).toEqual({ compatible: true, problems: [] });
  });

  it('gives its bundled inputs', async () => {
    using model = await loadModule(inFolder('bundled.ptl'), lite);
    const [[image] = []] = await model.bundledInputs();
    expect((image as Tensor).shape).toEqual([1, 1, 2, 2]);
    expect(await model.bundledInputs('nothing')).toEqual([]);
  });

  it('keeps its extra files', async () => {
    using model = await loadModule(inFolder('extra-files.ptl'), lite);
    expect(model.extraFiles['labels.txt']?.toString()).toBe('кот\ndog');
  });
});

describe('a state dict written by PyTorch 1.13', () => {
  const entries = Object.entries(manifest.stateDict);

  it.each(['state-dict.pth', 'state-dict-legacy.pth'])('has its values: %s', async (name) => {
    for (const state of [await loadStateDict(inFolder(name)), loadStateDictSync(inFolder(name))]) {
      expect([...state.keys()]).toEqual(entries.map(([key]) => key));
      for (const [key, golden] of entries) expectTensor(state.get(key), golden, undefined, key);
    }
  });

  it('goes into a module of 1.13', async () => {
    using model = await loadModule(inFolder('traced.pt'));
    const golden = model.forwardSync(toInput(manifest.modules.traced!.cases[0]!.args[0]!));
    for (const tensor of model.namedParameters().values()) tensor.detach().zero_();
    const keys = await model.loadStateDict(await loadStateDict(inFolder('state-dict.pth')), {
      strict: false,
    });
    expect(keys.missingKeys).toEqual([]);
    const again = model.forwardSync(toInput(manifest.modules.traced!.cases[0]!.args[0]!));
    expect(again.equal(golden)).toBe(true);
  });
});
