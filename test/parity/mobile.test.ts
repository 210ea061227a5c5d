import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  backport,
  float,
  inspectModule,
  linspace,
  loadModule,
  loadModuleSync,
  type ModuleInput,
  setWarningHandler,
  zeros,
} from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';
import { type MobileFixture, mobileFile, mobileModels } from '../fixtures/mobile.js';
import { expectValue, toInput } from '../fixtures/values.js';

const exactly = { atol: 0, rtol: 0 };
const names = Object.keys(mobileModels);
const zips = names.filter((name) => !name.endsWith('.ff'));
const lite = { format: 'lite', allowFlatbuffer: true } as const;

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

/** Files of old do not say that an argument is a float. */
function inputs({ args }: MobileFixture['cases'][number]): ModuleInput[] {
  return args.map((arg) => ('float' in arg ? float(Number(arg.float)) : toInput(arg)));
}

describe("a module for the lite interpreter gives what Python's own gives, bit for bit", () => {
  it.each(names)('%s', async (name) => {
    const { file, bytecode, cases } = mobileModels[name]!;
    using model = await loadModule(mobileFile(file), lite);
    using same = loadModuleSync(readFileSync(mobileFile(file)), lite);
    expect(model.bytecodeVersion).toBe(bytecode);
    for (const call of cases) {
      const { method, result } = call;
      const where = `${name}.${method}`;
      expectValue(await model.run<unknown>(method, inputs(call)), result!, exactly, where);
      expectValue(same.runSync<unknown>(method, inputs(call)), result!, exactly, where);
    }
  });
});

describe('what a file says about its bytecode', () => {
  it.each(zips)('is what Python reads: %s', async (name) => {
    const { file, bytecode, operators, types } = mobileModels[name]!;
    const found = await inspectModule(mobileFile(file));
    expect(found.versions.bytecode).toBe(bytecode);
    // Python lists those of the last function alone.
    expect(found.bytecode?.types).toEqual(expect.arrayContaining([...types]));
    const listed = found.bytecode?.operators.map(({ name: operator, args }) => [operator, args]);
    expect(Object.fromEntries(listed ?? [])).toEqual(operators);
  });
});

describe('a file brought to an older version', () => {
  it.each([7, 6, 5, 4])('is the one that Python makes: %i', async (version) => {
    const bytes = await backport(mobileFile('mlp.ptl'), version);
    using model = await loadModule(bytes, lite);
    expect(model.bytecodeVersion).toBe(version);
    const { cases } = mobileModels[`mlp-v${version}`]!;
    expectValue(await model.forward(...inputs(cases[0]!)), cases[0]!.result!, exactly);
    const [ours, theirs] = [bytes, readFileSync(mobileFile(`mlp-v${version}.ptl`))];
    expect(ours.byteLength).toBeLessThan(theirs.byteLength * 1.1);
  });
});

describe('bundled inputs', () => {
  const { bundledInputs } = mobileModels.bundled!;

  it('are read as Python stored them', async () => {
    using model = await loadModule(mobileFile('bundled.ptl'), lite);
    const calls = await model.bundledInputs();
    expect(calls).toHaveLength(2);
    expect(model.bundledInputsSync()).toHaveLength(2);
    const expected = (bundledInputs as { list: { tuple: never[] }[] }).list;
    for (const [i, call] of calls.entries()) expectValue(call[0], expected[i]!.tuple[0]!, exactly);
  });
});

describe('a lite module that the package saved', () => {
  it('is read by Python, with its bundled inputs and files', async () => {
    const folder = scratchFolder();
    const file = path.join(folder, 'saved.ptl');
    using model = await loadModule(mobileFile('mlp.pt'));
    const bundledInputs = [[linspace(-1, 1, 16).reshape(1, 16)], [zeros([40, 16])]];
    await model.saveLite(file, { bundledInputs, extraFiles: { 'labels.txt': 'кот' } });
    const script = fileURLToPath(new URL('mobile-round-trip.py', import.meta.url));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const args = [path.join(root, 'scripts', 'run-python.mjs'), script, file];
    const out = execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    const { outputs, ...found } = JSON.parse(out.slice(out.indexOf('{'))) as { outputs: unknown };
    expect(found).toEqual({
      bytecode: 8,
      count: 2,
      shapes: [
        [1, 16],
        [40, 16],
      ],
      info: {
        forward: { info: [], get_inputs_function_name: ['get_all_bundled_inputs_for_forward'] },
      },
      same: true,
      labels: 'кот',
    });
    expect(outputs).toEqual(bundledInputs.map(([x]) => model.forwardSync(x!).toArray()));
  });
});
