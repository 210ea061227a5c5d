import { describe, expect, expectTypeOf, it } from 'vitest';
import { noGrad, ones, ops as registered, type Tensor, zeros } from '../../src/index.js';
import { coded } from './coded.js';
import { x16 } from './load-fixture.js';
import { load, run } from './trainable.js';

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
