import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enableGrad,
  float,
  loadModuleSync,
  manualSeed,
  ones,
  prune,
  quantizeStatic,
  type ScriptModule,
  setWarningHandler,
  type Tensor,
} from '../../src/index.js';
import { type EncodedTensor, expectTensor, toTensor } from '../fixtures/values.js';

interface Step {
  readonly op: string;
  readonly names: readonly string[];
  readonly options: Record<string, number | string>;
}
interface Case {
  readonly model: string;
  readonly steps: readonly Step[];
  readonly error?: string;
  readonly stateDict: readonly (readonly [string, EncodedTensor])[];
  readonly output: EncodedTensor;
  readonly gradients: readonly (readonly [string, EncodedTensor])[];
  readonly isPruned: boolean;
}
interface Goldens {
  readonly inputs: Readonly<Record<string, EncodedTensor>>;
  readonly cases: readonly Case[];
}

const script = fileURLToPath(new URL('./pruning.py', import.meta.url));
const reader = fileURLToPath(new URL('./shrinking.py', import.meta.url));
const runner = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
let folder = '';
let goldens: Goldens = { inputs: {}, cases: [] };

beforeAll(() => {
  // LibTorch says that the dtypes of quantized tensors will go one day.
  setWarningHandler(() => {});
  folder = mkdtempSync(path.join(tmpdir(), 'pruning-'));
  execFileSync(process.execPath, [runner, script, folder], { encoding: 'utf8' });
  goldens = JSON.parse(readFileSync(path.join(folder, 'cases.json'), 'utf8')) as Goldens;
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Model = ScriptModule<Tensor[], Tensor>;
const load = (name: string): Model =>
  loadModuleSync(path.join(folder, `${name}.pt`)) as unknown as Model;

function take(model: Model, { op, names, options }: Step): void {
  const [name = ''] = names;
  const n = options.n;
  const order = n === 'Infinity' || n === '-Infinity' ? Number(n) : (n as number | 'fro');
  const { amount: given = 0, dim = 0 } = options as Record<string, number>;
  const amount = Number.isInteger(given) ? given : float(given);
  if (op === 'remove') prune.remove(model, name);
  else if (op === 'l1Unstructured') prune.l1Unstructured(model, name, { amount });
  else if (op === 'randomUnstructured') prune.randomUnstructured(model, name, { amount });
  else if (op === 'randomStructured') prune.randomStructured(model, name, { amount, dim });
  else if (op === 'lnStructured') prune.lnStructured(model, name, { amount, n: order, dim });
  else {
    const method = options.method as 'l1Unstructured' | 'randomUnstructured';
    prune.globalUnstructured(model, names, { amount, method });
  }
}

const title = ({ model, steps }: Case): string =>
  `${model}: ${steps.map(({ op, names, options }) => `${op}(${names} ${JSON.stringify(options)})`)}`;

function check(file: string, found: Case): void {
  const where = title(found);
  using model = load(file);
  manualSeed(7);
  for (const step of found.steps) take(model, step);
  const input = toTensor(goldens.inputs[found.model] as EncodedTensor);
  const output = enableGrad(() => model.forwardSync(input));
  expectTensor(output.detach(), found.output, { atol: 1e-6 }, where);
  output.sum().backward();
  const state = [...model.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked'));
  const wanted = found.stateDict.filter(([name]) => !name.endsWith('num_batches_tracked'));
  expect(state.map(([name]) => name).sort(), where).toEqual(wanted.map(([name]) => name).sort());
  for (const [name, tensor] of wanted) {
    expectTensor(model.stateDict().get(name)?.detach(), tensor, { atol: 0 }, `${where}: ${name}`);
  }
  for (const [name, tensor] of found.gradients) {
    const { grad } = model.namedParameters().get(name) as Tensor;
    expectTensor(grad, tensor, { atol: 1e-5 }, `${where}: gradient of ${name}`);
  }
  expect(prune.isPruned(model), where).toBe(found.isPruned);
}

describe('pruning', () => {
  it.each(['', '-traced'])(
    'gives the masks, outputs and gradients of Python: %s',
    (suffix) => {
      const accepted = goldens.cases.filter(({ error }) => error === undefined);
      expect(accepted.length).toBeGreaterThan(80);
      for (const found of accepted) check(`${found.model}${suffix}`, found);
    },
    240_000,
  );

  it('refuses what Python refuses', () => {
    const refused = goldens.cases.filter(({ error }) => error !== undefined);
    expect(refused.length).toBe(9);
    for (const found of refused) {
      using model = load(found.model);
      const run = (): void => {
        for (const step of found.steps) take(model, step);
      };
      expect(run, title(found)).toThrow();
    }
  });

  it('saves masks that Python and the lite interpreter read', async () => {
    using model = load('mlp');
    prune.globalUnstructured(model, ['0.weight', '2.weight'], { amount: 0.5 });
    const file = path.join(folder, 'saved.pt');
    await model.save(file);
    const wanted = Array.from(
      model
        .forwardSync(ones([2, 8]))
        .flatten(0)
        .toTypedArray(),
      Number,
    );
    const theirs = execFileSync(process.execPath, [runner, reader, file, '[2, 8]'], {
      encoding: 'utf8',
    });
    for (const [i, value] of (JSON.parse(theirs) as number[]).entries()) {
      expect(value).toBeCloseTo(wanted[i] as number, 5);
    }
    using again = loadModuleSync(file);
    expect([...again.stateDict().keys()]).toEqual([...model.stateDict().keys()]);
    expect(prune.isPruned(again)).toBe(true);
    await model.saveLite(path.join(folder, 'saved.ptl'));
    using lite = loadModuleSync(path.join(folder, 'saved.ptl'), { format: 'lite' });
    const output = (await lite.forward(ones([2, 8]))) as Tensor;
    expect(Array.from(output.flatten(0).toTypedArray(), Number)).toEqual(wanted);
  });

  it('is folded into the weights by quantization', async () => {
    using model = load('cnn');
    prune.l1Unstructured(model, '0.weight', { amount: 0.5 });
    prune.l1Unstructured(model, '3.weight', { amount: 0.5 });
    const input = toTensor(goldens.inputs.cnn as EncodedTensor);
    using result = await quantizeStatic(model, [input]);
    expect(result.quantized.map(({ name }) => name)).toEqual(['0', '3']);
    const [a, b] = [model.forwardSync(input), result.module.forwardSync(input)];
    expect(b.sub(a).abs().max().item()).toBeLessThan(0.1);
    expect(prune.isPruned(model)).toBe(true);
  });

  it('takes over what was pruned in Python and traced', async () => {
    using model = load('traced-pruned');
    expect(prune.isPruned(model)).toBe(true);
    expect(prune.sparsity(model).layers[0]?.parameters.find((p) => p.pruned)?.sparsity).toBe(0.5);
    const input = toTensor(goldens.inputs.mlp as EncodedTensor);
    const before = model.forwardSync(input);
    prune.l1Unstructured(model, '0.weight', { amount: 0 });
    prune.remove(model, '0.weight');
    expect([...model.stateDict().keys()].sort()).toEqual(
      ['0.bias', '0.weight', '2.bias', '2.weight'].sort(),
    );
    expect(model.forwardSync(input).equal(before)).toBe(true);
    await model.forward(input);
  });
});
