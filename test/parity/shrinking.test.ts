import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  loadModuleSync,
  manualSeed,
  noGrad,
  ones,
  prune,
  randn,
  type ScriptModule,
  type Tensor,
} from '../../src/index.js';

const script = fileURLToPath(new URL('./shrinking.py', import.meta.url));
const runner = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
const python = (...args: string[]): string =>
  execFileSync(process.execPath, [runner, script, ...args], { encoding: 'utf8' });
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'shrinking-'));
  python(folder);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Model = ScriptModule<Tensor[], Tensor>;
const load = (name: string): Model =>
  loadModuleSync(path.join(folder, `${name}.pt`)) as unknown as Model;

function half(model: Model, names: readonly string[]): void {
  for (const name of names) {
    prune.lnStructured(model, `${name}.weight`, { amount: 0.5, n: 2, dim: 0 });
  }
}

/** Masks what is left of the channels that the weight's mask empties: bias, batch norm. */
function follow(model: Model, name: string, others: readonly string[]): void {
  const mask = model.namedBuffers().get(`${name}.weight_mask`) as Tensor;
  const kept = mask.flatten(1).amax([1]);
  for (const other of others) prune.customFromMask(model, other, kept);
}

function expectEqual(before: Model, after: Model): void {
  manualSeed(3);
  const input = randn([2, 3, 16, 16]);
  const [a, b] = noGrad(() => [before.forwardSync(input), after.forwardSync(input)]);
  expect(b.allclose(a, { rtol: 1e-4, atol: 1e-5 })).toBe(true);
}

const shapes = (model: Model): Record<string, readonly number[]> =>
  Object.fromEntries([...model.namedParameters()].map(([name, { shape }]) => [name, shape]));

describe.each(['', '-traced'])('shrinking%s', (suffix) => {
  it('cuts channels out of a chain, with their constants', async () => {
    using model = load(`vgg${suffix}`);
    half(model, ['0', '4', '7', '11']);
    using small = await prune.shrink(model, { example: [randn([1, 3, 16, 16])] });
    expect(small.shrunk).toEqual([
      { name: '0', before: 8, after: 4 },
      { name: '4', before: 12, after: 6 },
      { name: '7', before: 10, after: 5 },
      { name: '11', before: 16, after: 8 },
    ]);
    expect(small.kept).toEqual([]);
    expectEqual(model, small.module);
    expect(prune.isPruned(small.module)).toBe(false);
    expect(shapes(small.module)).toMatchObject({
      '0.weight': [4, 3, 3, 3],
      '1.weight': [4],
      '4.weight': [6, 4, 3, 3],
      '5.bias': [6],
      '11.weight': [8, 45],
      '14.weight': [4, 8],
    });
  });

  it('goes through functions, views and other paddings', () => {
    using model = load(`lenet${suffix}`);
    half(model, ['conv1', 'conv2', 'fc1']);
    using small = prune.shrinkSync(model);
    expect(small.shrunk.map(({ after }) => after)).toEqual([3, 4, 5]);
    expectEqual(model, small.module);
  });

  it('cuts out what nobody reads, and what that empties', () => {
    using model = load(`vgg${suffix}`);
    prune.lnStructured(model, '11.weight', { amount: 0.75, n: 2, dim: 0 });
    prune.lnStructured(model, '7.weight', { amount: 0.5, n: 2, dim: 1 });
    using small = prune.shrinkSync(model);
    expect(small.shrunk).toContainEqual({ name: '4', before: 12, after: 6 });
    expect(small.shrunk).toContainEqual({ name: '11', before: 16, after: 4 });
    expectEqual(model, small.module);
  });

  it('keeps what residual additions and padding need, and says so', () => {
    using model = load(`residual${suffix}`);
    half(model, ['stem', 'conv1', 'twice']);
    using first = prune.shrinkSync(model);
    const padded = first.kept.find(({ name }) => name === 'conv1');
    expect(padded?.reason).toContain('zero padding cuts that off');
    expectEqual(model, first.module);
    follow(model, 'conv1', ['conv1.bias']);
    using small = prune.shrinkSync(model);
    expect(small.shrunk).toEqual([{ name: 'conv1', before: 8, after: 4 }]);
    const reasons = Object.fromEntries(small.kept.map(({ name, reason }) => [name, reason]));
    expect(reasons.stem).toContain('aten::add');
    expect(reasons.twice).toMatch(/used more than once|another order/);
    expectEqual(model, small.module);
  });

  it('refuses operators that it does not know', () => {
    using model = load(`tails${suffix}`);
    for (const name of ['soft', 'next', 'depthwise', 'left']) {
      prune.lnStructured(model, `${name}.weight`, { amount: 0.5, n: 2, dim: 0 });
    }
    let message = '';
    try {
      prune.shrinkSync(model);
    } catch (error) {
      message = (error as Error).message;
      expect(error).toMatchObject({ code: 'ERR_NOT_SHRINKABLE' });
    }
    expect(message).toContain("'soft': they go into aten::softmax");
    expect(message).toContain("'next': they go into aten::");
    expect(message).toContain("'left': they go into");
  });

  it('leaves what learns learning, and the source alone', () => {
    using model = load(`vgg${suffix}`);
    half(model, ['4']);
    const before = model.stateDict();
    model.namedParameters().get('0.weight')?.requiresGrad_(false);
    using small = prune.shrinkSync(model);
    const learning = small.module.namedParameters();
    expect(learning.get('0.weight')?.requiresGrad).toBe(false);
    expect(learning.get('4.weight')?.requiresGrad).toBe(true);
    expect([...model.stateDict().keys()]).toEqual([...before.keys()]);
  });

  it('is read by Python', async () => {
    using model = load(`vgg${suffix}`);
    half(model, ['0', '4', '7', '11']);
    using small = prune.shrinkSync(model);
    const file = path.join(folder, `small${suffix}.pt`);
    await small.module.save(file);
    const shape = [1, 3, 16, 16];
    const theirs = JSON.parse(python(file, JSON.stringify(shape))) as number[];
    const ours = noGrad(() => model.forwardSync(ones(shape))).flatten(0);
    ours.toTypedArray().forEach((value, i) => {
      expect(Number(value)).toBeCloseTo(theirs[i] as number, 4);
    });
  });
});
