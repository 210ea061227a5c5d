import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import {
  type DType,
  linspace,
  loadSync,
  nn,
  optim,
  saveSync,
  type Tensor,
  tidy,
} from '../../src/index.js';

type Options = Readonly<Record<string, number | boolean | readonly number[]>>;
interface Case {
  readonly name: string;
  readonly optimizer: 'SGD' | 'Adam' | 'AdamW';
  /** By PyTorch's names. */
  readonly options: Options;
  readonly groups?: readonly Options[];
  readonly dtype?: DType;
  readonly clip?: number;
}

const cases: readonly Case[] = [
  { name: 'sgd', optimizer: 'SGD', options: { lr: 0.05 } },
  { name: 'sgd-default-rate', optimizer: 'SGD', options: {} },
  { name: 'sgd-momentum', optimizer: 'SGD', options: { lr: 0.02, momentum: 0.9 } },
  {
    name: 'sgd-dampening-decay',
    optimizer: 'SGD',
    options: { lr: 0.02, momentum: 0.9, dampening: 0.3, weight_decay: 0.01 },
  },
  {
    name: 'sgd-nesterov',
    optimizer: 'SGD',
    options: { lr: 0.01, momentum: 0.8, nesterov: true, weight_decay: 0.1 },
  },
  {
    name: 'sgd-maximize',
    optimizer: 'SGD',
    options: { lr: 0.001, momentum: 0.5, maximize: true, weight_decay: 0.1 },
  },
  { name: 'sgd-double', optimizer: 'SGD', options: { lr: 0.05, momentum: 0.9 }, dtype: 'float64' },
  { name: 'sgd-clip', optimizer: 'SGD', options: { lr: 0.05 }, clip: 1.5 },
  {
    name: 'sgd-groups',
    optimizer: 'SGD',
    options: { lr: 0.05 },
    groups: [{ momentum: 0.9 }, { lr: 0.001, weight_decay: 0.5 }],
  },
  { name: 'adam', optimizer: 'Adam', options: {} },
  {
    name: 'adam-decay',
    optimizer: 'Adam',
    options: { lr: 0.02, betas: [0.8, 0.99], eps: 1e-6, weight_decay: 0.1 },
  },
  { name: 'adam-amsgrad', optimizer: 'Adam', options: { lr: 0.05, amsgrad: true } },
  { name: 'adam-maximize', optimizer: 'Adam', options: { lr: 0.01, maximize: true } },
  { name: 'adam-double', optimizer: 'Adam', options: { lr: 0.05 }, dtype: 'float64' },
  { name: 'adamw', optimizer: 'AdamW', options: { lr: 0.05 } },
  {
    name: 'adamw-amsgrad-decay',
    optimizer: 'AdamW',
    options: { lr: 0.02, weight_decay: 0.3, amsgrad: true, betas: [0.7, 0.9] },
  },
  {
    name: 'adamw-groups',
    optimizer: 'AdamW',
    options: { lr: 0.01 },
    groups: [{ lr: 0.1 }, { weight_decay: 0, maximize: true }],
  },
];
const schedules = [
  { scheduler: 'StepLR', lr: 0.5, epochs: 10, options: { step_size: 3, gamma: 0.3 } },
  { scheduler: 'CosineAnnealingLR', lr: 0.5, epochs: 12, options: { T_max: 10, eta_min: 0.01 } },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'optimizers-'));
afterAll(() => rmSync(folder, { recursive: true }));

function python(args: readonly string[], input = ''): unknown {
  const script = fileURLToPath(new URL('../../scripts/run-python.mjs', import.meta.url));
  const env = { ...process.env, NODE_OPTIONS: '' };
  const output = execFileSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env,
    input,
  });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1));
}

const generator = fileURLToPath(new URL('generators/optimizers.py', import.meta.url));
const goldens = python([generator, folder], JSON.stringify({ cases, schedules })) as {
  readonly cases: readonly { readonly name: string; readonly steps: number[][][] }[];
  readonly schedules: readonly number[][];
};

const camel = (name: string): string => name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
const camelOptions = (options: Options) =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));

function start(dtype: DType): [Tensor, Tensor] {
  const make = (from: number, to: number, count: number) =>
    linspace(from, to, count, { dtype: 'float64' });
  return [make(-1, 1, 12).reshape(3, 4).to(dtype), make(0.5, 2, 4).to(dtype)].map((t) =>
    t.detach().requiresGrad_(),
  ) as [Tensor, Tensor];
}

function make({ optimizer, options, groups, dtype = 'float32' }: Case) {
  const parameters = start(dtype);
  const params = groups?.map((group, i) => ({ params: [parameters[i]!], ...camelOptions(group) }));
  const made = new optim[optimizer]((params ?? parameters) as Tensor[], camelOptions(options));
  return { parameters, made };
}

function step(
  a: Tensor,
  b: Tensor,
  at: number,
  optimizer: { step(): void; zeroGrad(): void },
  clip?: number,
): void {
  tidy(() => {
    optimizer.zeroGrad();
    const first = a
      .mul(b)
      .tanh()
      .mul(at + 1)
      .add(a.mul(a))
      .sum();
    first.add(b.mul(b).mul(b).sum().mul(0.1)).backward();
    if (clip !== undefined) nn.utils.clipGradNorm_([a, b], clip);
    optimizer.step();
  });
}

function difference([a, b]: readonly Tensor[], golden: readonly number[][]): number {
  const flat = [a!, b!].map((t) => [...(t.detach().to('float64').toTypedArray() as Float64Array)]);
  return Math.max(
    ...flat.flatMap((values, i) => values.map((v, j) => Math.abs(v - golden[i]![j]!))),
  );
}

describe('20 steps equal PyTorch’s', () => {
  it.each(cases.map((each, index) => [each.name, each, index] as const))('%s', (_, each, index) => {
    const { parameters, made } = make(each);
    goldens.cases[index]!.steps.forEach((golden, at) => {
      step(...parameters, at, made, each.clip);
      expect(difference(parameters, golden), `step ${at}`).toBeLessThanOrEqual(1e-6);
    });
    expect(made.paramGroups.length).toBe(each.groups?.length ?? 1);
  });
});

describe('states', () => {
  it.each(cases.map((each, index) => [each.name, each, index] as const))(
    'of Python go on here, and back there: %s',
    (name, each, index) => {
      const golden = goldens.cases[index]!.steps;
      const fresh = make(each);
      for (let at = 0; at < 10; at++) step(...fresh.parameters, at, fresh.made, each.clip);
      const { parameters, made } = make(each);
      made.loadStateDict(loadSync(join(folder, `${name}.pth`)) as object);
      // The state alone is loaded: the parameters come from the run so far.
      parameters.forEach((parameter, i) => {
        parameter.detach().copyFrom(fresh.parameters[i]!.toTypedArray() as never);
      });
      for (let at = 10; at < 20; at++) step(...parameters, at, made, each.clip);
      expect(difference(parameters, golden[19]!)).toBeLessThanOrEqual(1e-6);
      saveSync(made.stateDict(), join(folder, `${name}-back.pth`));
    },
  );

  it('saved here load in Python', () => {
    const code = `
import json, sys, torch
shown = {}
for name, kind in json.loads(sys.argv[2]):
    state = torch.load(f"{sys.argv[1]}/{name}-back.pth")
    shapes, sizes = [(3, 4), (4,)], [len(g["params"]) for g in state["param_groups"]]
    params = [torch.ones(s, requires_grad=True) for s in shapes]
    groups = [{"params": params}] if len(sizes) == 1 else [{"params": [p]} for p in params]
    optimizer = getattr(torch.optim, kind)(groups, lr=1.0)
    optimizer.load_state_dict(state)
    for p in params: p.grad = torch.ones_like(p)
    optimizer.step()
    shown[name] = [optimizer.param_groups[0]["lr"], sorted(optimizer.state[params[0]])]
print(json.dumps(shown))`;
    const names = cases.filter(({ dtype }) => dtype === undefined);
    const pairs = JSON.stringify(names.map(({ name, optimizer }) => [name, optimizer]));
    const shown = python(['-c', code, folder, pairs]) as Record<string, [number, string[]]>;
    for (const { name, options, groups, optimizer } of names) {
      const lr = groups?.[0]?.lr ?? options.lr ?? 1e-3;
      expect(shown[name]![0], name).toBe(lr);
      const expected = optimizer === 'SGD' ? 'momentum_buffer' : 'exp_avg';
      if (optimizer !== 'SGD' || 'momentum' in options) expect(shown[name]![1]).toContain(expected);
    }
  });
});

describe('schedules equal PyTorch’s', () => {
  it.each(schedules.map((each, index) => [each.scheduler, each, index] as const))(
    '%s',
    (_, { scheduler, lr, epochs }, index) => {
      const [parameter] = start('float32');
      const optimizer = new optim.SGD([parameter], { lr });
      const made =
        scheduler === 'StepLR'
          ? new optim.lrScheduler.StepLR(optimizer, { stepSize: 3, gamma: 0.3 })
          : new optim.lrScheduler.CosineAnnealingLR(optimizer, { tMax: 10, etaMin: 0.01 });
      for (let epoch = 0; epoch < epochs; epoch++) {
        made.step();
        expect(made.getLastLr()[0]).toBeCloseTo(goldens.schedules[index]![epoch]!, 9);
      }
    },
  );
});
