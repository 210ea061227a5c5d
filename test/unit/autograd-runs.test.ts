import { describe, expect, it } from 'vitest';
import { enableGrad, noGrad, ones, type Tensor } from '../../src/index.js';
import { x16 } from './load-fixture.js';
import { load, run } from './trainable.js';

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
