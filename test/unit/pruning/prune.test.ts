import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  enableGrad,
  float,
  jit,
  loadModule,
  loadModuleSync,
  noGrad,
  ones,
  optim,
  prune,
  randn,
  type ScriptModule,
  sparsity,
  type Tensor,
  tensor,
} from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught } from '../caught.js';

type Model = ScriptModule<Tensor[], Tensor>;
const mlp = (): Model => loadModuleSync(fixture('mlp')) as unknown as Model;
const models: Model[] = [];
const kept = (model: Model): Model => {
  models.push(model);
  return model;
};
afterAll(() => {
  for (const model of models) model[Symbol.dispose]();
});
const mask = (model: Model, name: string): Tensor =>
  model.namedBuffers().get(`${name}_mask`) as Tensor;

describe('prune', () => {
  it('has the names of PyTorch before and after', () => {
    using model = mlp();
    expect(prune.isPruned(model)).toBe(false);
    expect(prune.l1Unstructured(model, 'fc1.weight', { amount: 0.5 })).toBe(model);
    expect([...model.stateDict().keys()]).toEqual([
      'fc1.bias',
      'fc1.weight_orig',
      'fc1.weight_mask',
      'fc2.weight',
      'fc2.bias',
    ]);
    expect(prune.isPruned(model)).toBe(true);
    expect(model.code()).not.toContain('fc1.weight)');
    prune.remove(model, 'fc1.weight');
    expect([...model.stateDict().keys()].slice(0, 2)).toEqual(['fc1.bias', 'fc1.weight']);
    expect(prune.isPruned(model)).toBe(false);
    expect(prune.sparsity(model).layers[0]?.parameters).toMatchObject([
      { name: 'bias', pruned: false },
      { name: 'weight', pruned: false, sparsity: 0.5 },
    ]);
  });

  it('gives what the masked weights give, and the same after removal', () => {
    using model = mlp();
    using reference = model.cloneSync();
    const x = randn([3, 16]);
    prune.l1Unstructured(model, 'fc1.weight', { amount: 0.7 });
    const weight = reference.namedParameters().get('fc1.weight') as Tensor;
    noGrad(() => weight.mul_(mask(model, 'fc1.weight')));
    expect(model.forwardSync(x).equal(reference.forwardSync(x))).toBe(true);
    prune.remove(model, 'fc1.weight');
    expect(model.forwardSync(x).equal(reference.forwardSync(x))).toBe(true);
  });

  it('keeps the tensor that optimizers hold, and its zeros while it learns', () => {
    using model = mlp().train();
    const sgd = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.1 });
    prune.globalUnstructured(model, ['fc1.weight', 'fc2.weight'], { amount: 0.6 });
    const before = sparsity(model);
    const weight = model.namedParameters().get('fc1.weight_orig') as Tensor;
    const start = weight.detach().clone();
    for (let step = 0; step < 5; step++) {
      sgd.zeroGrad();
      model
        .forwardSync(randn([8, 16]))
        .square()
        .mean()
        .backward();
      const dead = mask(model, 'fc1.weight').eq(0);
      expect((weight.grad as Tensor).mul(dead).abs().sum().item()).toBe(0);
      sgd.step();
    }
    expect(weight.detach().equal(start)).toBe(false);
    expect(sparsity(model).zeros).toBeGreaterThanOrEqual(before.zeros);
    prune.remove(model, 'fc1.weight');
    expect(weight.detach().eq(0).sum().item()).toBeGreaterThan(0);
    sgd.step();
  });

  it('leaves clones, frozen copies and modules of the same class alone', () => {
    using model = mlp();
    using clone = model.cloneSync();
    const x = randn([2, 16]);
    const before = model.forwardSync(x);
    prune.l1Unstructured(model, 'fc1.weight', { amount: 0.9 });
    expect(clone.forwardSync(x).equal(before)).toBe(true);
    expect(prune.isPruned(clone)).toBe(false);
    using pruned = model.cloneSync();
    prune.remove(model, 'fc1.weight');
    expect(prune.isPruned(pruned)).toBe(true);
    expect(pruned.forwardSync(x).equal(model.forwardSync(x))).toBe(true);
  });

  it('saves masks, for TorchScript and for the lite interpreter', async () => {
    using model = mlp();
    const x = randn([2, 16]);
    prune.l1Unstructured(model, 'fc1.weight', { amount: 0.5 });
    const wanted = model.forwardSync(x);
    using again = loadModuleSync(model.toBytesSync()) as unknown as Model;
    expect(prune.isPruned(again)).toBe(true);
    expect(again.forwardSync(x).equal(wanted)).toBe(true);
    prune.l1Unstructured(again, 'fc1.weight', { amount: 0.5 });
    prune.remove(again, 'fc1.weight');
    expect(sparsity(again).layers[0]?.parameters[1]?.sparsity).toBe(0.75);
    using lite = await loadModule(model.toLiteBytesSync(), { format: 'lite' });
    expect(((await lite.forward(x)) as Tensor).equal(wanted)).toBe(true);
  });

  it('shows in what was bound, shared and typed before', async () => {
    using model = mlp();
    const x = ones([1, 16]);
    const { forward } = model;
    using shared = loadModuleSync(fixture('mlp'));
    expectTypeOf(prune.l1Unstructured(shared, 'fc1.weight', { amount: 1 })).toEqualTypeOf(shared);
    prune.customFromMask(model, 'fc1.weight', tensor(0).expand([16, 16]));
    prune.customFromMask(model, 'fc2.weight', tensor(0).expand([4, 16]));
    const bias = model.namedParameters().get('fc2.bias') as Tensor;
    expect((await forward.call(model, x)).view([4]).equal(bias.detach())).toBe(true);
    await model.to('float64');
    expect(mask(model, 'fc1.weight').dtype).toBe('float64');
  });

  it('takes amounts as Python does, and refuses the others', () => {
    const model = kept(mlp());
    const l1 = (amount: unknown) => () =>
      prune.l1Unstructured(model, 'fc1.weight', { amount: amount as number });
    expect(caught(l1('half'))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    expect(caught(l1(undefined))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    for (const amount of [-1, -0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 257, 2 ** 60]) {
      expect(caught(l1(amount))).toMatchObject({ code: 'ERR_OUT_OF_RANGE' });
    }
    expect(prune.isPruned(model)).toBe(false);
    l1(1)();
    expect(sparsity(model).zeros).toBe(1);
    l1(float(1))();
    expect(sparsity(model).zeros).toBe(256);
  });

  it('ranks by scores where they are given', () => {
    using model = mlp();
    const importanceScores = ones([16, 16]);
    importanceScores.select(0, 3).fill_(0);
    prune.l1Unstructured(model, 'fc1.weight', { amount: 16, importanceScores });
    expect(mask(model, 'fc1.weight').select(0, 3).sum().item()).toBe(0);
    prune.globalUnstructured(model, ['fc1.weight', 'fc2.weight'], {
      amount: 0.1,
      importanceScores: { 'fc2.weight': ones([4, 16]).mul(100) },
    });
    expect(mask(model, 'fc2.weight').sum().item()).toBe(64);
  });
});

describe('prune refuses', () => {
  const model = kept(mlp());
  const code = (fn: () => unknown): unknown => (caught(fn) as { code?: string }).code;

  it.each([
    ['ERR_NO_ATTRIBUTE', () => prune.l1Unstructured(model, 'fc9.weight', { amount: 1 })],
    ['ERR_NO_ATTRIBUTE', () => prune.l1Unstructured(model, 'fc1', { amount: 1 })],
    ['ERR_NO_ATTRIBUTE', () => prune.l1Unstructured(model, '', { amount: 1 })],
    ['ERR_NOT_PRUNED', () => prune.remove(model, 'fc1.weight')],
    ['ERR_INVALID_ARG_TYPE', () => prune.l1Unstructured(model, 3 as never, { amount: 1 })],
    ['ERR_INVALID_ARG_TYPE', () => prune.l1Unstructured({} as never, 'a', { amount: 1 })],
    ['ERR_INVALID_ARG_TYPE', () => prune.globalUnstructured(model, [], { amount: 1 })],
    ['ERR_INVALID_ARG_TYPE', () => prune.customFromMask(model, 'fc1.weight', 1 as never)],
    ['ERR_SHAPE_MISMATCH', () => prune.customFromMask(model, 'fc1.weight', ones([2]))],
    ['ERR_UNKNOWN_ARGUMENT', () => prune.l1Unstructured(model, 'a', { amuont: 1 } as never)],
    [
      'ERR_VALUE',
      () => prune.globalUnstructured(model, ['fc1.weight', 'fc1.weight'], { amount: 1 }),
    ],
    ['ERR_VALUE', () => prune.lnStructured(model, 'fc1.bias', { amount: 1, n: 2, dim: 0 })],
    ['ERR_INDEX', () => prune.lnStructured(model, 'fc1.weight', { amount: 1, n: 2, dim: 2 })],
    [
      'ERR_INVALID_ARG_TYPE',
      () => prune.lnStructured(model, 'fc1.weight', { amount: 1, n: 'l2' as never, dim: 0 }),
    ],
  ])('%s: %s', (wanted, fn) => {
    expect(code(fn)).toBe(wanted);
    expect(prune.isPruned(model)).toBe(false);
  });

  it('frozen modules, disposed ones and traces', () => {
    using frozen = jit.freezeSync(model);
    const { code: frozenCode, message } = caught(() =>
      prune.l1Unstructured(frozen, 'fc1.weight', { amount: 1 }),
    ) as Error & { code: string };
    expect([frozenCode, message]).toEqual(['ERR_FROZEN', expect.stringContaining('before')]);
    const gone = mlp();
    gone[Symbol.dispose]();
    expect(code(() => prune.isPruned(gone))).toBe('ERR_DISPOSED');
    const inTrace = (): unknown =>
      jit.trace(
        (x: Tensor) => {
          prune.l1Unstructured(model, 'fc1.weight', { amount: 1 });
          return x.add(1);
        },
        [ones([1])],
      );
    expect(code(inTrace)).toBe('ERR_TRACE_FAILED');
  });

  it('code that assigns to the weight', () => {
    const source = `
def forward(self, x: Tensor) -> Tensor:
    self.weight = self.weight + 1
    return x * self.weight
`;
    using own = jit.compile(source, { parameters: { weight: ones([2]) } }) as unknown as Model;
    expect(code(() => prune.l1Unstructured(own, 'weight', { amount: 1 }))).toBe('ERR_NOT_PRUNABLE');
    expect(enableGrad(() => own.forwardSync(ones([2]))).shape).toEqual([2]);
  });
});
