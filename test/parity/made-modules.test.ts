import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  jit,
  loadModuleSync,
  manualSeed,
  nn,
  ones,
  rand,
  randn,
  type ScriptModule,
  sigmoid,
  softmax,
  Tensor,
  tanh,
  tensor,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

const { linear, conv2d, batchNorm, maxPool2d, layerNorm, gelu } = nn.functional;

interface Case {
  readonly model: ScriptModule<unknown[], unknown>;
  readonly inputs: readonly unknown[];
  /** The source, where Python runs it as Python, with torch.nn.functional itself. */
  readonly source?: string;
  /** What the function gives that the module was traced from. */
  readonly eager?: unknown;
}
interface Report {
  readonly difference: number;
  readonly parameters: Record<string, boolean>;
  readonly buffers: string[];
  readonly training: boolean;
  readonly name: string;
}

function traced(fn: (...args: never[]) => unknown, inputs: Tensor[], options: object = {}): Case {
  const call = fn as (...args: Tensor[]) => Tensor;
  const model = jit.trace(call, inputs, options) as ScriptModule<unknown[], unknown>;
  const others = inputs.map((input) => rand(input.shape));
  return { model, inputs: others, eager: call(...others) };
}

function compiled(source: string, inputs: unknown[], options: jit.CompileOptions = {}): Case {
  const model = jit.compile(source, options) as ScriptModule<unknown[], unknown>;
  return { model: model.eval() as ScriptModule<unknown[], unknown>, inputs };
}

function mlp(): Case {
  const [w1, b1, w2] = [randn([16, 8]), randn([16]), randn([4, 16])];
  return traced((x: Tensor) => linear(linear(x, w1, { bias: b1 }).relu(), w2), [randn([3, 8])], {
    parameters: { w1, b1, w2 },
    name: 'Mlp',
  });
}

function cnn(): Case {
  const [kernel, gamma, beta, mean, variance] = [
    ...[randn([6, 3, 3, 3]), rand([6]), randn([6]), randn([6])],
    rand([6]).add(0.5),
  ] as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const fc = randn([5, 6 * 4 * 4]);
  const net = (x: Tensor): Tensor => {
    const y = conv2d(x, kernel, { padding: 1 });
    const normal = batchNorm(y, mean, variance, { weight: gamma, bias: beta });
    return linear(maxPool2d(normal.relu(), 2).flatten(1), fc).logSoftmax(1);
  };
  return traced(net, [randn([2, 3, 8, 8])], {
    parameters: { kernel, gamma, beta, fc },
    buffers: { mean, variance },
  });
}

function lstm(): Case {
  const [wx, wh, b] = [randn([24, 5]).div(3), randn([24, 6]).div(3), randn([24])];
  const step = (x: Tensor, h: Tensor, c: Tensor): [Tensor, Tensor] => {
    const gates = linear(x, wx, { bias: b }).add(linear(h, wh));
    const [i, f, g, o] = gates.chunk(4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const next = sigmoid(f)
      .mul(c)
      .add(sigmoid(i).mul(tanh(g)));
    return [sigmoid(o).mul(tanh(next)), next];
  };
  const run = (x: Tensor, h0: Tensor, c0: Tensor): Tensor[] => {
    let [h, c] = [h0, c0];
    for (const part of x.unbind(1)) [h, c] = step(part, h, c);
    return [h, c];
  };
  return traced(run, [randn([2, 4, 5]), zeros([2, 6]), zeros([2, 6])]);
}

function attention(): Case {
  const weights = [1, 2, 3, 4].map(() => randn([12, 12]).div(4));
  const [q, k, v, o] = weights as [Tensor, Tensor, Tensor, Tensor];
  const [gamma, beta] = [ones([12]), zeros([12])];
  const heads = (x: Tensor, w: Tensor): Tensor =>
    linear(x, w).unflatten(-1, [3, 4]).transpose(1, 2);
  const block = (x: Tensor): Tensor => {
    const scores = heads(x, q).matmul(heads(x, k).transpose(-2, -1)).div(2);
    const mixed = softmax(scores, -1).matmul(heads(x, v)).transpose(1, 2).flatten(2);
    return gelu(layerNorm(x.add(linear(mixed, o)), [12], { weight: gamma, bias: beta }));
  };
  return traced(block, [randn([2, 7, 12])], { parameters: { q, k, v, o } });
}

function composed(): Case {
  const inner = loadModuleSync(fixture('mlp'));
  return traced((x: Tensor) => inner.forwardSync(x).relu().add(1), [randn([2, 16])]);
}

function sources(): Record<string, Case> {
  const part = jit.compile(
    'def forward(self, x: Tensor) -> Tensor:\n    return F.dropout(F.relu(x @ self.w), 0.5, self.training)',
    { parameters: { w: randn([4, 4]) }, name: 'Part' },
  );
  const members = `
class Pair(NamedTuple):
    total: Tensor
    count: int

def helper(x: Tensor, k: float) -> Tensor:
    return x * k if k > 1.0 else x

def forward(self, x: Tensor) -> Tuple[Tensor, int, Dict[str, Tensor]]:
    count = 0
    for layer in self.layers:
        x = self.one(layer(x))
        count += 1
    while bool(x.sum() > self.limit):
        x = x / SCALE
        count += self.step
    if self.bias is not None:
        x = x + self.bias + self.mean
    pair = Pair(helper(x, 2.0), count)
    with torch.no_grad():
        norm = torch.linalg.norm(pair.total)
    return pair.total, pair.count, {'norm': norm, 'max': F.normalize(x).max()}
`;
  const options = {
    parameters: { bias: null },
    buffers: { mean: randn([4]) },
    attributes: { limit: 5, step: 2n, names: ['a'], empty: { type: 'List[int]', value: [] } },
    constants: { SCALE: 2.5 },
    submodules: { one: part, layers: [part, part] },
    name: 'models.Members',
  };
  const losses = `
def forward(self, x: Tensor, target: Tensor) -> List[Tensor]:
    probabilities = F.softmax(x, dim=1)
    labels = target.to(torch.int64)
    image = x[None, None]
    return [
        F.cross_entropy(x, labels, label_smoothing=0.1), F.nll_loss(probabilities.log(), labels, reduction='sum'),
        F.mse_loss(x, probabilities), F.smooth_l1_loss(x, probabilities, beta=0.5), F.huber_loss(x, probabilities),
        F.binary_cross_entropy(probabilities, probabilities), F.kl_div(x, probabilities, reduction='batchmean'),
        F.embedding(labels, torch.cat([x, x]), padding_idx=-1), F.interpolate(image, [6, 6], mode='bicubic'),
        F.interpolate(image, scale_factor=[2.0, 2.0]), F.unfold(image, [2, 2]), F.pad(x, [1, 1], value=2.0),
        F.instance_norm(image), F.batch_norm(x, x.mean(0), x.var(0)), F.elu(F.celu(F.hardtanh(x, -0.5, 0.5))),
        F.threshold(x, 0.1, 7.0), F.logsigmoid(F.softsign(F.tanhshrink(x))), F.one_hot(labels).to(torch.float32),
    ]
`;
  return {
    members: compiled(members, [randn([3, 4])], options),
    losses: { ...compiled(losses, [rand([3, 4]), tensor([0, 3, 1])]), source: losses },
  };
}

/** A value as JSON, from which Python makes it again. */
function show(value: unknown): unknown {
  if (value instanceof Tensor) return { tensor: value.toArray(), dtype: value.dtype };
  if (Array.isArray(value)) return value.map(show);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, show(item)]));
}

const names = ['mlp', 'cnn', 'lstm', 'attention', 'composed', 'members', 'losses'] as const;

describe('a module made here', () => {
  let cases: Record<string, Case>;
  let reports: Record<string, Report>;
  beforeAll(() => {
    manualSeed(0);
    cases = {
      mlp: mlp(),
      cnn: cnn(),
      lstm: lstm(),
      attention: attention(),
      composed: composed(),
      ...sources(),
    };
    const folder = mkdtempSync(path.join(tmpdir(), 'made-modules-'));
    const shown: Record<string, unknown> = {};
    for (const [name, { model, inputs, source }] of Object.entries(cases)) {
      model.saveSync(path.join(folder, `${name}.pt`));
      shown[name] = {
        inputs: inputs.map(show),
        output: show(model.forwardSync(...inputs)),
        source,
      };
    }
    writeFileSync(path.join(folder, 'cases.json'), JSON.stringify(shown));
    const inRoot = (file: string): string =>
      fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const args = [inRoot('scripts/run-python.mjs'), inRoot('test/parity/made-modules.py'), folder];
    const env = { ...process.env, NODE_OPTIONS: '' };
    const output = execFileSync(process.execPath, args, { encoding: 'utf8', env });
    reports = JSON.parse(output.trim().slice(output.trim().lastIndexOf('\n') + 1));
    rmSync(folder, { recursive: true });
  }, 120_000);

  it.each(names)('gives the same in Python: %s', (name) => {
    expect(reports[name]?.difference).toBeLessThan(1e-5);
  });

  it.each(['mlp', 'cnn', 'lstm', 'attention', 'composed'])(
    'gives what the traced function gives: %s',
    (name) => {
      const { model, inputs, eager } = cases[name]!;
      const flat = (value: unknown): Tensor[] =>
        value instanceof Tensor ? [value] : (value as Tensor[]);
      const outputs = flat(model.forwardSync(...inputs));
      for (const [i, expected] of flat(eager).entries()) {
        expect(outputs[i]!.allclose(expected, { rtol: 1e-5, atol: 1e-6 })).toBe(true);
      }
    },
  );

  it('has its parameters and buffers there by name', () => {
    expect(reports.mlp?.parameters).toEqual({ w1: true, b1: true, w2: true });
    expect(reports.cnn?.buffers).toEqual(['mean', 'variance']);
    expect(Object.keys(reports.lstm?.parameters ?? {})).toHaveLength(3);
    // Tied ones, once.
    expect(reports.members?.parameters).toEqual({ 'one.w': true });
    expect([reports.members?.name, reports.members?.training, reports.mlp?.name]).toEqual([
      'Members',
      false,
      'Mlp',
    ]);
  });
});
