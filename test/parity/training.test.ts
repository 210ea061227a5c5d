import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  arange,
  enableGrad,
  loadModule,
  manualSeed,
  nn,
  optim,
  type Tensor,
  tidy,
} from '../../src/index.js';

const folder = mkdtempSync(join(tmpdir(), 'training-'));
afterAll(() => rmSync(folder, { recursive: true }));
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const digits = here('../../examples/digits/digits-scripted.pt');

function python<T>(...args: string[]): T {
  const command = [here('../../scripts/run-python.mjs'), here('generators/training.py'), ...args];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const output = execFileSync(process.execPath, command, { encoding: 'utf8', env });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1)) as T;
}

const images = (): Tensor =>
  arange(16 * 64)
    .reshape(16, 8, 8)
    .mul(0.37)
    .sin()
    .add(1)
    .div(2) as Tensor;
const largest = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe('a scripted module with dropout, batch norm and control flow', () => {
  const golden = python<{ losses: number[]; inputGradient: number[] }>('train', digits);

  it.each(['off', 'simple', 'profiling'] as const)(
    'learns as in Python, and Python reads what it learned: %s',
    async (executor) => {
      using model = await loadModule(digits, { executor });
      using optimizer = new optim.AdamW(model.train().parameters(), { lr: 1e-3 });
      const x = images();
      const labels = arange(16n).remainder(10);
      manualSeed(3);
      const losses: number[] = [];
      for (let step = 0; step < 20; step++) {
        const on = step % 2 === 0 ? model.forwardSync(x) : await model.forward(x);
        const loss = tidy(() => {
          optimizer.zeroGrad();
          const value = nn.functional.crossEntropy(on as Tensor, labels);
          value.backward();
          optimizer.step();
          return value.item() as number;
        });
        losses.push(loss);
      }
      expect(largest(losses, golden.losses)).toBeLessThan(executor === 'off' ? 1e-5 : 1e-3);

      const input = images().detach().requiresGrad_();
      model.eval();
      const logits = model.forwardSync(input, 2) as Tensor;
      logits.mul(logits).sum().backward();
      const gradient = [...(input.grad!.toTypedArray() as Float32Array)];
      expect(largest(gradient, golden.inputGradient)).toBeLessThan(1e-3);

      const path = join(folder, `${executor}.pt`);
      await model.save(path);
      const checked = python<{ training: boolean; logits: number[]; requiresGrad: boolean[] }>(
        'check',
        path,
      );
      expect(checked.training).toBe(false);
      expect(checked.requiresGrad.every((flag) => flag)).toBe(true);
      const own = [...((model.forwardSync(x) as Tensor).toTypedArray() as Float32Array)];
      expect(largest(own, checked.logits)).toBeLessThan(1e-5);
      const recorded = enableGrad(() => model.forwardSync(x)) as Tensor;
      expect(largest([...(recorded.toTypedArray() as Float32Array)], own)).toBeLessThan(1e-5);
    },
  );
});
