import { afterAll, describe, expect, it } from 'vitest';
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
  type ScriptModule,
  setWarningHandler,
  type Tensor,
  zeros,
} from '../../src/index.js';
import { coded } from './coded.js';
import { x16 } from './load-fixture.js';
import { load, run } from './trainable.js';

const digits = new URL('../../examples/digits/', import.meta.url);

setWarningHandler(() => {});
afterAll(() => setWarningHandler(null));

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
