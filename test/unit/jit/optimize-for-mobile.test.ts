import path from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  ones,
  ops,
  randn,
  type ScriptModule,
  Tensor,
  tensor,
} from '../../../src/index.js';
import { fixture, moduleFixture } from '../../fixtures/fixtures.js';
import { scratchFolder } from '../../fixtures/folder.js';
import { expectValue, toInput } from '../../fixtures/values.js';
import { caught, rejected } from '../caught.js';

// biome-ignore lint/suspicious/noExplicitAny: modules of every signature.
type AnyModule = ScriptModule<any, any>;
const load = (name: string) => loadModuleSync<never>(fixture(name));
const operators = (model: AnyModule, method = 'forward'): string[] =>
  jit.graphData(model, { method }).body.nodes.map(({ kind }) => kind);
const prepacked = (model: AnyModule): string[] =>
  operators(model).filter((kind) => kind.startsWith('prepacked::'));

describe('optimizeForMobile', () => {
  it.each(['resnet', 'resnet-traced', 'chain', 'mlp', 'modes'])(
    'gives the outputs of the source, which stays as it is: %s',
    async (name) => {
      using model = load(name);
      const before = [...model.stateDict()].map(([key, value]) => [key, value.toArray()]);
      using mobile = await jit.optimizeForMobile(model);
      using same = jit.optimizeForMobileSync(model);
      const [{ args, result }] = moduleFixture(name).cases as [never];
      const input = (args as never[]).map(toInput) as never[];
      for (const made of [mobile, same, model]) {
        expectValue(made.forwardSync(...input), result, { atol: 1e-5 });
      }
      expect([...model.stateDict()].map(([key, value]) => [key, value.toArray()])).toEqual(before);
    },
  );

  it('leaves no parameters, no batch norm and no layer with plain weights', () => {
    using model = load('resnet');
    using mobile = jit.optimizeForMobileSync(model);
    expect([...mobile.namedParameters().keys(), ...mobile.namedBuffers().keys()]).toEqual([]);
    expect(mobile.attribute('mobile_optimized')).toBe(true);
    const kinds = operators(mobile);
    expect(kinds).toContain('prepacked::conv2d_clamp_run');
    expect(kinds).toContain('prepacked::linear_clamp_run');
    expect(kinds).toContain('aten::_add_relu');
    for (const gone of ['aten::batch_norm', 'aten::conv2d', 'aten::linear', 'aten::relu']) {
      expect(kinds).not.toContain(gone);
    }
  });

  it.each([
    ['convBnFusion', 'aten::batch_norm'],
    ['insertFoldPrepackOps', 'aten::conv2d'],
    ['fuseAddRelu', 'aten::relu'],
  ] as const)('leaves a step of the blocklist out: %s', (step, kind) => {
    using model = load('resnet');
    using mobile = jit.optimizeForMobileSync(model, { blocklist: [step] });
    expect(operators(mobile)).toContain(kind);
    const x = randn([1, 3, 32, 32]);
    expectNear(mobile.forwardSync(x as never), model.forwardSync(x as never));
  });

  it('takes the bounds that follow a layer, when nothing else sees its result', () => {
    const layer = 'torch.linear(x, self.w, None)';
    const bodies: Readonly<Record<string, [source: string, left: readonly string[]]>> = {
      relu: [`torch.relu(${layer})`, []],
      'relu in place': [`torch.relu_(${layer})`, []],
      relu6: [`torch.nn.functional.relu6(${layer})`, []],
      clamp: [`torch.clamp(${layer}, -0.5, 0.25)`, []],
      'lower bound': [`torch.clamp(${layer}, min=-0.5)`, []],
      'upper bound': [`torch.clamp(${layer}, max=1)`, []],
      'crossed bounds': [`torch.clamp(${layer}, 1.0, -1.0)`, ['aten::clamp']],
      'not a number': [`torch.clamp(${layer}, 0.0, float('nan'))`, ['aten::clamp']],
      'bound of a tensor': [`torch.clamp(${layer}, torch.min(x))`, ['aten::min', 'aten::clamp']],
      'two bounds': [`torch.relu(torch.tanh(${layer}))`, ['aten::tanh', 'aten::relu']],
    };
    for (const [name, [source, left]] of Object.entries(bodies)) {
      using model = withWeight(`def forward(self, x):\n    return ${source}\n`, [4, 3]);
      using mobile = jit.optimizeForMobileSync(model);
      const kinds = operators(mobile).filter((kind) => kind !== 'prim::Constant');
      expect(kinds, name).toEqual([...kinds.filter((kind) => /^prepacked/.test(kind)), ...left]);
      const x = randn([2, 3]).mul(2);
      expectNear(mobile.forwardSync(x), model.forwardSync(x));
    }
  });

  it('keeps a result that is used twice as it is', () => {
    const source =
      'def forward(self, x):\n    y = torch.linear(x, self.w, None)\n    return torch.relu(y) + y\n';
    using model = withWeight(source, [4, 3]);
    using mobile = jit.optimizeForMobileSync(model);
    expect(operators(mobile)).toContain('aten::relu');
    const x = randn([2, 3]);
    expectNear(mobile.forwardSync(x), model.forwardSync(x));
  });

  it('leaves layers that XNNPACK cannot run', () => {
    const bodies = [
      'torch.linear(x, self.w * torch.sum(x), None)',
      'torch.linear(x.double(), self.w.double(), None)',
      'torch.linear(x, self.w[0], None)',
      "torch.conv2d(x.reshape(1, 1, 2, 3), self.w[None, None], None, padding='same')",
    ];
    for (const body of bodies) {
      using model = withWeight(`def forward(self, x):\n    return ${body}\n`, [2, 3]);
      using mobile = jit.optimizeForMobileSync(model);
      expect(prepacked(mobile), body).toEqual([]);
      const x = randn([2, 3]);
      expectNear(mobile.forwardSync(x), model.forwardSync(x));
    }
  });

  it('makes 2D convolutions of 1D ones, also without a batch', () => {
    const source = 'def forward(self, x):\n    return torch.conv1d(x, self.w, None, 2, 1)\n';
    using model = withWeight(source, [4, 3, 3]);
    using mobile = jit.optimizeForMobileSync(model);
    expect(prepacked(mobile)).toEqual(['prepacked::conv2d_clamp_run']);
    for (const shape of [
      [2, 3, 9],
      [3, 9],
    ]) {
      const x = randn(shape);
      expectNear(mobile.forwardSync(x), model.forwardSync(x));
    }
    using plain = jit.optimizeForMobileSync(model, { blocklist: ['conv1dTo2d'] });
    expect(operators(plain)).toContain('aten::conv1d');
  });

  it('keeps the methods that are asked for, and optimizes them', async () => {
    using model = loadModuleSync('examples/digits/digits-scripted.pt');
    using bare = await jit.optimizeForMobile(model);
    expect(bare.methods.map(({ name }) => name)).toEqual(['forward']);
    const preserve = ['probabilities', 'labels'];
    using kept = await jit.optimizeForMobile(model, { preserve });
    expect(kept.methods.map(({ name }) => name).sort()).toEqual(['forward', 'probabilities']);
    expect(operators(kept, 'probabilities').join()).toContain('prepacked::');
    const x = ones([1, 8, 8]);
    expectNear(kept.runSync('probabilities', [x]), model.runSync('probabilities', [x]));
  });

  it('keeps the methods of bundled inputs', async () => {
    using model = load('mlp');
    const x = randn([1, 16]);
    const bytes = await model.toLiteBytes({ bundledInputs: [[x]] });
    using source = await loadModule(bytes, { format: 'torchscript' });
    using mobile = await jit.optimizeForMobile(source as AnyModule);
    using lite = await loadModule(await mobile.toLiteBytes());
    expect(((await lite.bundledInputs()) as Tensor[][])[0]![0]!.equal(x)).toBe(true);
  });

  it('is saved and loaded again, and optimized again', async () => {
    using model = load('resnet');
    using mobile = await jit.optimizeForMobile(model);
    const file = path.join(scratchFolder(), 'mobile.ptl');
    await mobile.saveLite(file);
    using lite = await loadModule<Tensor>(file);
    using again = await loadModule<Tensor>(await mobile.toBytes());
    using twice = await jit.optimizeForMobile(again as never as typeof model);
    const x = randn([1, 3, 32, 32]);
    const wanted = mobile.forwardSync(x as never);
    for (const made of [lite, again, twice as never as typeof lite]) {
      expectNear(made.forwardSync(x), wanted);
    }
    expect(prepacked(twice)).toEqual(prepacked(mobile));
  });

  it('keeps the types of the module', async () => {
    using model = load('mlp');
    using mobile = await jit.optimizeForMobile(model);
    expectTypeOf(mobile).toEqualTypeOf(model);
    expectTypeOf<'removeDropout'>().toExtend<jit.MobileOptimizerType>();
  });

  it('refuses training mode, names there are not, and wrong options', async () => {
    using model = load('modes');
    model.train();
    expect((await rejected(jit.optimizeForMobile(model))).code).toBe('ERR_TRAINING');
    model.eval();
    const of = (options: unknown) =>
      caught(() => jit.optimizeForMobileSync(model, options as never)).code;
    expect(of({ preserve: ['nothing'] })).toBe('ERR_NO_ATTRIBUTE');
    expect(of({ preserve: 'forward' })).toBe('ERR_INVALID_ARG_TYPE');
    expect(of({ blocklist: [1] })).toBe('ERR_INVALID_ARG_TYPE');
    expect(of({ blocklist: ['convBN'] })).toBe('ERR_INVALID_ARG_VALUE');
    expect(of({ block: [] })).toBe('ERR_UNKNOWN_ARGUMENT');
    expect(caught(() => jit.optimizeForMobileSync({} as never)).code).toBe('ERR_INVALID_ARG_TYPE');
    using lite = await loadModule(await model.toLiteBytes());
    expect(caught(() => jit.optimizeForMobileSync(lite as never)).code).toMatch(/^ERR_/);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(jit.optimizeForMobile(model, { signal })).rejects.toThrow('enough');
  });
});

describe('prepacked operators', () => {
  it('are callable as other operators are', () => {
    const [x, w, b] = [randn([2, 3]), randn([4, 3]), randn([4])];
    const context = call('linear_clamp_prepack', w, b, -0.5, 0.5);
    const y = call('linear_clamp_run', x, context) as Tensor;
    expectNear(y, x.matmul(w.t()).add(b).clamp(-0.5, 0.5));
    expect(call('unpack_prepacked_sizes_linear', context)).toEqual([[4, 3], [4]]);
  });

  it('refuse weights and numbers that make no layer', () => {
    const w = randn([4, 2, 3, 3]);
    const pack = (...args: unknown[]) =>
      caught(() => call('conv2d_clamp_prepack', ...args)).message;
    expect(pack(w, null, [1, 1], [0, 0], [1, 1], 3)).toContain('groups: expected a divisor of 4');
    expect(pack(w, null, [0, 1], [0, 0], [1, 1], 1)).toContain('stride');
    expect(pack(w, ones([5]), [1, 1], [0, 0], [1, 1], 1)).toContain('bias: expected 4 values');
    expect(pack(tensor([1]), null, [1, 1], [0, 0], [1, 1], 1)).toContain('4 dimensions');
    expect(pack(w, null, [1, 1], [0, 0], [1, 1], 1, 2, 1)).toContain('bounds');
  });
});

const call = (name: string, ...args: unknown[]): unknown => {
  const operators = ops.prepacked as unknown as Record<string, (...args: unknown[]) => unknown>;
  return operators[name]!(...args);
};

function withWeight(source: string, shape: number[]): ScriptModule<[Tensor], Tensor> {
  const model = jit.compile(source, { buffers: { w: randn(shape) } }).eval();
  return model as unknown as ScriptModule<[Tensor], Tensor>;
}

function expectNear(actual: unknown, expected: unknown): void {
  expect(actual).toBeInstanceOf(Tensor);
  const [got, wanted] = [actual as Tensor, expected as Tensor];
  expect(got.shape).toEqual(wanted.shape);
  expect(got.allclose(wanted, { atol: 1e-5, equalNan: true })).toBe(true);
}
