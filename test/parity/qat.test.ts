import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  arange,
  convert,
  disableObserver,
  enableGrad,
  jit,
  loadModule,
  nn,
  optim,
  prepareQat,
  prepareQatSync,
  type ScriptModule,
  setNumThreads,
  setWarningHandler,
  type Tensor,
  tidy,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'qat-'));
setWarningHandler(() => {});
setNumThreads(1);
afterAll(() => {
  setWarningHandler(null);
  rmSync(folder, { recursive: true });
});
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const digits = here('../../examples/digits/digits-traced.pt');

function python<T>(...args: string[]): T {
  const command = [here('../../scripts/run-python.mjs'), here('generators/qat.py'), ...args];
  const env = { ...process.env, NODE_OPTIONS: '' };
  const output = execFileSync(process.execPath, command, {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1)) as T;
}

function numbers(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return arange(count).reshape(shape).mul(0.37).sin().add(1).div(2) as Tensor;
}

const flat = (tensor: Tensor): number[] => tensor.flatten().toArray() as number[];

interface Saved {
  readonly training: boolean;
  readonly output: number[];
  readonly gradients: number[][];
}

interface Training {
  readonly losses: number[];
  readonly gradients: number[][];
  readonly weights: number[][];
  /** The scale and the zero point of each FakeQuantize module. */
  readonly ranges: number[][][];
  readonly fake: number[];
  readonly converted: number[];
}

/** Scales and zero points of all FakeQuantize modules, whose numbers mean nothing. */
function rangesOf(model: ScriptModule): number[][][] {
  const named = model.namedBuffers();
  const scales = [...named].filter(([name]) => name.endsWith('.scale'));
  return scales.map(([name, scale]) => [
    flat(scale),
    flat(named.get(name.replace('.scale', '.zero_point'))!),
  ]);
}

const sorted = (ranges: number[][][]): string[] =>
  ranges.map((range) => JSON.stringify(range)).sort();

const engines = ['x86', 'fbgemm', 'onednn', 'qnnpack'] as const;

describe.each([
  ['digits-traced', digits, [12, 1, 8, 8]],
  ['mlp', fixture('mlp'), [6, 16]],
  ['resnet', fixture('resnet'), [3, 3, 32, 32]],
] as const)('training %s', (_, path, shape) => {
  const goldens = python<Record<string, Training>>('train', path, shape.join('x'));

  it.each(engines)('gives what PyTorch gives, and converts to the same: %s', async (engine) => {
    const golden = goldens[engine]!;
    using model = await loadModule<Tensor>(path);
    using qat = await prepareQat(model, { engine });
    // Python's graph has dropout switched off.
    qat.eval();
    using optimizer = new optim.SGD(qat.parameters(), { lr: 0.01, momentum: 0.9 });
    const x = numbers(...shape);
    const losses = golden.losses.map(() =>
      tidy(() => {
        const y = enableGrad(() => qat.forwardSync(x));
        const labels = arange(BigInt(y.shape[0]!)).remainder(y.shape[1]!);
        const loss = nn.functional.crossEntropy(y, labels);
        optimizer.zeroGrad();
        loss.backward();
        optimizer.step();
        return loss.item() as number;
      }),
    );
    expect(losses).toEqual(golden.losses);
    const gradients = qat.parameters().map((parameter) => flat(parameter.grad!));
    expect(gradients).toEqual(golden.gradients);
    expect(qat.parameters().map((parameter) => flat(parameter.detach()))).toEqual(golden.weights);
    qat.forwardSync(x);
    disableObserver(qat);
    expect(flat(qat.forwardSync(x))).toEqual(golden.fake);
    expect(sorted(rangesOf(qat))).toEqual(sorted(golden.ranges));
    using result = await convert(qat, { engine });
    expect(flat(result.module.forwardSync(x))).toEqual(golden.converted);
  });
});

describe('a linear layer between FakeQuantize modules', () => {
  const layer = () =>
    jit.compile<Tensor, [Tensor]>(
      'def forward(self, x: Tensor) -> Tensor:\n  return F.linear(x, self.weight, self.bias)\n',
      { parameters: { weight: numbers(3, 4).sub(0.5), bias: numbers(3) } },
    );

  const goldens = python<Record<string, { steps: number[][][] }>>('modules');

  it.each(engines)('gives and lets through what it does in Python by hand: %s', (engine) => {
    const { steps } = goldens[engine]!;
    using qat = prepareQatSync(layer(), { engine });
    const [weight, bias] = [
      qat.namedParameters().get('weight')!,
      qat.namedParameters().get('bias')!,
    ];
    using optimizer = new optim.SGD([weight, bias], { lr: 0.05 });
    for (const [step, golden] of steps.entries()) {
      const x = numbers(5, 4)
        .sub(0.5)
        .mul(1 + step)
        .requiresGrad_();
      const y = qat.forwardSync(x);
      optimizer.zeroGrad();
      y.square().sum().backward();
      const found = [y, x.grad!, weight.grad!, bias.grad!].map((tensor) => flat(tensor.detach()));
      expect(found).toEqual(golden);
      // Clipped values let no gradients through.
      if (step === 3) expect(golden[1]).toContain(0);
      optimizer.step();
    }
  });

  it('is read by Python when it is saved, and trained on there', async () => {
    using qat = await prepareQat(layer());
    const x = numbers(5, 4).sub(0.5);
    qat.forwardSync(x);
    const path = join(folder, 'qat.pt');
    await qat.save(path);
    const found = python<Saved>('check', path, '5x4');
    const y = qat.forwardSync(numbers(5, 4));
    y.square().sum().backward();
    expect(found.training).toBe(true);
    expect(found.output).toEqual(flat(y.detach()));
    expect(found.gradients).toEqual(qat.parameters().map((parameter) => flat(parameter.grad!)));
  });
});
