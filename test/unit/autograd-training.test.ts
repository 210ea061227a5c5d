import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  autograd,
  enableGrad,
  jit,
  loadModuleSync,
  moduleFromShared,
  nn,
  noGrad,
  ones,
  optim,
  ops as registered,
  type ScriptModule,
  setWarningHandler,
  type Tensor,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

const coded = (code: string) => expect.objectContaining({ code });
const load = (name: string, executor: 'off' | 'simple' | 'profiling' = 'off') =>
  loadModuleSync<Tensor>(fixture(name), { executor }) as ScriptModule<never[], Tensor>;
const run = (model: ScriptModule<never[], Tensor>, x: Tensor) => model.forwardSync(x as never);
const x16 = ones([2, 16]);
const digits = new URL('../../examples/digits/', import.meta.url);

setWarningHandler(() => {});
afterAll(() => setWarningHandler(null));

describe('runs of a module', () => {
  it('record nothing in evaluation mode', async () => {
    using model = load('mlp');
    expect(run(model, x16).requiresGrad).toBe(false);
    expect((await model.forward(x16 as never)).requiresGrad).toBe(false);
  });

  it.each(['off', 'simple', 'profiling'] as const)('record in training mode: %s', async (mode) => {
    using model = load('mlp', mode).train();
    for (let round = 0; round < 3; round++) {
      for (const y of [run(model, x16), await model.forward(x16 as never)]) {
        model.zeroGrad();
        y.sum().backward();
        const grads = model.parameters().map(({ grad }) => grad?.shape);
        expect(grads).toEqual([[16, 16], [16], [4, 16], [4]]);
        expect(model.namedParameters().get('fc2.bias')?.grad?.toArray()).toEqual([2, 2, 2, 2]);
      }
    }
    expect(noGrad(() => run(model, x16)).requiresGrad).toBe(false);
  });

  it('record where an argument requires grad, here and on the pool', async () => {
    using model = load('mlp');
    const x = ones([2, 16], { requiresGrad: true });
    const middle = x.mul(1);
    run(model, middle).sum().backward(null, { retainGraph: true });
    const here = x.grad!.toArray();
    x.grad = null;
    (await model.forward(middle as never)).sum().backward();
    expect(x.grad!.toArray()).toEqual(here);
  });

  it('record within enableGrad whatever the mode is, as it stood at the call', async () => {
    using model = load('mlp');
    expect(enableGrad(() => run(model, x16)).requiresGrad).toBe(true);
    let running: Promise<Tensor> | undefined;
    enableGrad(() => {
      running = model.forward(x16 as never);
    });
    expect((await running!).requiresGrad).toBe(true);
    noGrad(() => {
      running = model.train().forward(x16 as never);
    });
    expect((await running!).requiresGrad).toBe(false);
  });

  it('take parameters as arguments', () => {
    using model = load('mlp').train();
    const weight = model.namedParameters().get('fc1.weight')!;
    run(model, weight).sum().backward();
    expect(weight.grad?.shape).toEqual([16, 16]);
  });
});

describe('parameters', () => {
  it('are the module’s own, each once', () => {
    using model = load('mlp');
    const [weight] = model.parameters();
    expectTypeOf(model.parameters()).toEqualTypeOf<Tensor[]>();
    expect(weight!.requiresGrad && weight!.isLeaf).toBe(true);
    noGrad(() => weight!.fill_(0));
    expect(model.namedParameters().get('fc1.weight')!.abs().sum().item()).toBe(0);
    using shared = load('shared');
    const all = [...shared.namedParameters().keys()];
    expect(shared.parameters().length).toBeLessThan(all.length);
  });

  it('learn or not, all or one', () => {
    using model = load('mlp').train();
    model.requiresGrad_(false);
    expect(run(model, x16).requiresGrad).toBe(false);
    model.namedParameters().get('fc2.bias')!.requiresGrad_();
    run(model, x16).sum().backward();
    expect(model.parameters().map(({ grad }) => grad !== null)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    model.zeroGrad({ setToNone: false });
    expect(model.namedParameters().get('fc2.bias')!.grad!.toArray()).toEqual([0, 0, 0, 0]);
    model.zeroGrad();
    expect(model.namedParameters().get('fc2.bias')!.grad).toBeNull();
    expect(model.requiresGrad_()).toBe(model);
  });

  it('keep their sizes and their memory', () => {
    using model = load('mlp').train();
    const [weight] = model.parameters() as [Tensor];
    const { aten } = ops();
    const attempts: (() => unknown)[] = [
      () => weight.t_(),
      () => weight.squeeze_(),
      () => weight.unsqueeze_(0),
      () => weight.transpose_(0, 1),
      () => weight.resize_([2]),
      () => weight.detach_(),
      () => aten!.set_!(weight, ones([1])),
      () => aten!.set_data!(weight, ones([1])),
      () => aten!.as_strided_!(weight, [1], [1]),
      () => aten!.add!(weight, weight, { out: weight }),
    ];
    for (const attempt of attempts) {
      expect(() => noGrad(attempt)).toThrow(coded('ERR_NOT_RESIZABLE'));
    }
    expect(weight.shape).toEqual([16, 16]);
    expect(noGrad(() => weight.detach().t_()).shape).toEqual([16, 16]);
    expect(run(model, x16).shape).toEqual([2, 4]);
  });

  it('that are set as attributes learn in place of those before', () => {
    using model = load('mlp').train();
    const bias = zeros([4]);
    model.setAttribute('fc2.bias', bias as never);
    run(model, x16).sum().backward();
    expect(model.namedParameters().get('fc2.bias')!.grad!.toArray()).toEqual([2, 2, 2, 2]);
    expect([bias.requiresGrad, bias.grad]).toEqual([false, null]);
  });

  it('of a moved module are new ones', async () => {
    using model = load('mlp').train();
    await model.to('float64');
    run(model, ones([2, 16], { dtype: 'float64' }))
      .sum()
      .backward();
    expect(model.parameters()[0]!.grad?.dtype).toBe('float64');
    expect(() => model.parameters()[0]!.t_()).toThrow(coded('ERR_NOT_RESIZABLE'));
  });
});

function ops() {
  return registered as unknown as Record<string, Record<string, (...args: unknown[]) => unknown>>;
}

describe('a module that was shared', () => {
  it('records where it was loaded, and only there', () => {
    using model = load('mlp').train();
    const handle = model.share();
    using claimed = moduleFromShared(handle) as ScriptModule<never[], Tensor>;
    expect(run(claimed, x16).requiresGrad).toBe(false);
    const x = ones([2, 16], { requiresGrad: true });
    expect(() => run(claimed, x)).toThrow(coded('ERR_NOT_TRAINABLE'));
    expect(() => claimed.zeroGrad()).toThrow(coded('ERR_NOT_TRAINABLE'));
    expect(noGrad(() => run(claimed, x)).requiresGrad).toBe(false);
    run(model, x16).sum().backward();
    expect(claimed.parameters()[0]!.grad).toBeNull();
    using copy = claimed.cloneSync();
    run(copy, x16).sum().backward();
    expect(copy.parameters()[0]!.grad).not.toBeNull();
  });
});

describe('modules that cannot be trained', () => {
  it('are frozen ones', async () => {
    using model = load('mlp');
    using frozen = (await jit.freeze(model)) as unknown as ScriptModule<never[], Tensor>;
    expect(() => frozen.train()).toThrow(coded('ERR_NOT_TRAINABLE'));
    expect(frozen.eval()).toBe(frozen);
    expect(() => new optim.SGD(frozen.parameters())).toThrow(coded('ERR_NOT_TRAINABLE'));
    expect(() => run(frozen, x16).sum().backward()).toThrow(coded('ERR_NO_GRAD'));
    const x = ones([2, 16], { requiresGrad: true });
    run(frozen, x).sum().backward();
    expect(x.grad?.shape).toEqual([2, 16]);
  });

  it('are traced ones with batch norm or dropout in evaluation mode, by operator', () => {
    using traced = loadModuleSync(new URL('digits-traced.pt', digits)) as ScriptModule;
    expect(() => traced.train()).toThrow(coded('ERR_NOT_TRAINABLE'));
    expect(() => traced.train()).toThrow(
      /'blocks\.0\.norm' calls aten::batch_norm.*torch\.jit\.script/,
    );
    expect(traced.training).toBe(false);
    using plain = load('mlp-traced');
    expect(run(plain.train(), x16).requiresGrad).toBe(true);
  });

  it('can still learn as they are, within enableGrad', () => {
    using traced = loadModuleSync(new URL('digits-traced.pt', digits)) as ScriptModule;
    const y = enableGrad(() => traced.forwardSync(zeros([2, 1, 8, 8])));
    y.sum().backward();
    expect(traced.namedParameters().get('fc.bias')?.grad?.toArray()).toEqual(Array(10).fill(2));
  });
});

describe('training', () => {
  it('updates batch norm’s buffers, and drops', () => {
    using model = load('modes').train();
    const x = ones([8, 4]).mul(3);
    const before = model.namedBuffers().get('norm.running_mean')!.clone();
    const y = run(model, x);
    expect(y.requiresGrad).toBe(true);
    expect(model.namedBuffers().get('norm.running_mean')!.equal(before)).toBe(false);
    model.eval();
    expect(run(model, x).requiresGrad).toBe(false);
  });

  it('lowers the loss, and is kept by save', async () => {
    using model = load('mlp').train();
    using optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const target = ones([2, 4]);
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      const loss = nn.functional.mseLoss(run(model, x16), target);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item() as number);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const bytes = await model.eval().toBytes();
    using again = loadModuleSync(bytes) as unknown as ScriptModule<never[], Tensor>;
    expect(run(again, x16).equal(run(model, x16))).toBe(true);
    expect(again.parameters()[0]!.requiresGrad).toBe(true);
  });

  it('of inputs needs no parameters', () => {
    using model = load('mlp').requiresGrad_(false);
    const x = zeros([1, 16], { requiresGrad: true });
    const [dx] = autograd.grad(run(model, x).sum(), x);
    expect(dx.shape).toEqual([1, 16]);
  });
});
