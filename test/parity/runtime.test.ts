import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as torch from '../../src/index.js';
import { autocast, loadModuleSync, loadSync, profile, type Tensor } from '../../src/index.js';
import { difference } from './ops/compare.js';

type Lower = 'bfloat16' | 'float16';
interface OperatorCase {
  readonly dtype: Lower;
  readonly name: string;
  readonly args: readonly unknown[];
  readonly out: Tensor;
}
interface ModuleCase {
  readonly dtype: Lower;
  readonly module: string;
  readonly input: Tensor;
  readonly out: readonly Tensor[];
}
interface ProfileCase {
  readonly module: string;
  readonly input: Tensor;
  readonly counts: Readonly<Record<string, number>>;
}
interface Golden {
  readonly operators: readonly OperatorCase[];
  readonly modules: readonly ModuleCase[];
  readonly profiles: readonly ProfileCase[];
}

let folder: string;
let golden: Golden;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
  const program = path.resolve('test/parity/generators/runtime.py');
  const args = ['scripts/run-python.mjs', '-W', 'ignore', program, folder];
  execFileSync(process.execPath, args, { stdio: 'pipe' });
  golden = loadSync(path.join(folder, 'golden.pt')) as unknown as Golden;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function operator(name: string): (...args: readonly unknown[]) => unknown {
  const found = (torch as Record<string, unknown>)[name];
  const functional = (torch.nn.functional as Record<string, unknown>)[name];
  return (found ?? functional) as (...args: readonly unknown[]) => unknown;
}

describe('autocast', () => {
  it('gives operators the precision that PyTorch gives them', () => {
    const wrong = golden.operators.flatMap(({ dtype, name, args, out }) => {
      const got = autocast({ dtype }, () => operator(name)(...args));
      const found = difference(got, out, false);
      return found === null ? [] : [`${dtype} ${name}: ${found}`];
    });
    expect(golden.operators.length).toBeGreaterThanOrEqual(24);
    expect(wrong).toEqual([]);
  });

  it('gives scripted and traced modules the precision that PyTorch gives them, on any thread', async () => {
    for (const { dtype, module: name, input, out } of golden.modules) {
      const module = loadModuleSync(path.join(folder, `${name}.pt`));
      const here = autocast({ dtype }, () => module.forwardSync(input));
      let started: Promise<unknown> | undefined;
      autocast({ dtype }, () => {
        started = module.forward(input);
      });
      const there = await started;
      const asked = await module.run('forward', [input], { autocast: { dtype } });
      for (const got of [here, there, asked]) {
        expect(difference(got, out, false), `${name} ${dtype}`).toBeNull();
      }
    }
  });
});

describe('profile', () => {
  it('sees the operators that PyTorch’s profiler sees, as often', async () => {
    for (const { module: name, input, counts } of golden.profiles) {
      const module = loadModuleSync(path.join(folder, `${name}.pt`));
      module.forwardSync(input);
      const { averages } = await profile(() => module.forward(input));
      const seen = averages.filter(({ name: operator }) => operator.startsWith('aten::'));
      expect(
        Object.fromEntries(seen.map(({ name: operator, calls }) => [operator, calls])),
      ).toEqual(counts);
    }
  });
});
