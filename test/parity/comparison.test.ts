import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareModules, type ErrorFigures, load, type Tensor } from '../../src/index.js';
import { scratchFolder } from '../fixtures/folder.js';

interface Golden {
  readonly atol: number;
  readonly rtol: number;
  readonly outputs: Readonly<Record<string, ErrorFigures>>;
  readonly worst: Readonly<Record<string, number>>;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function python(folder: string): Golden {
  const script = [here('../../scripts/run-python.mjs'), here('generators/comparison.py'), folder];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const output = execFileSync(process.execPath, script, { encoding: 'utf8', env });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1)) as Golden;
}

describe('errors between two modules', () => {
  it('are those that NumPy and PyTorch find', async () => {
    const folder = scratchFolder();
    const { atol, rtol, outputs, worst } = python(folder);
    const [reference, other] = ['reference.pt', 'other.pt'].map((name) => path.join(folder, name));
    const inputs = (await load(path.join(folder, 'inputs.pt'))) as Tensor[];
    const options = { atol, rtol, iterations: 0, memory: false };
    const found = await compareModules(reference!, other!, inputs, options);
    expect(found.passed).toBe(false);
    expect(found.outputs.map(({ output }) => output).sort()).toEqual(Object.keys(outputs).sort());
    for (const { output, worstInput, ...figures } of found.outputs) {
      const golden = outputs[output] as ErrorFigures;
      expect(worstInput).toBe(worst[output]);
      for (const [name, value] of Object.entries(golden)) {
        const mine = figures[name as keyof ErrorFigures];
        if (typeof value !== 'number') expect([name, mine]).toEqual([name, value]);
        else expect(Math.abs((mine as number) - value)).toBeLessThanOrEqual(1e-4 * Math.abs(value));
      }
    }
  });
});
