import { describe, expect, it } from 'vitest';
import {
  jit,
  loadModuleSync,
  ones,
  randn,
  type Tensor,
  tensor,
  zeros,
} from '../../../src/index.js';
import { coded } from '../coded.js';

const x = ones([1, 2]);

describe('a closed-over tensor', () => {
  it('becomes a parameter where it is of floating point, else a buffer', () => {
    const [w, b] = [randn([2, 2]), randn([2])];
    const order = tensor([1n, 0n]);
    using model = jit.trace((a) => a.matmul(w).add(b).matmul(w).indexSelect(1, order), [x]);
    expect([...model.namedParameters().keys()]).toEqual(['parameter_0', 'parameter_1']);
    expect([...model.namedBuffers().keys()]).toEqual(['buffer_0']);
    const grads = [...model.namedParameters().values()].map((p) => p.requiresGrad);
    expect(grads).toEqual([false, false]);
  });

  it('requires grad in the module where it did', () => {
    const w = randn([2, 2]).requiresGrad_();
    using model = jit.trace((a) => a.matmul(w), [x]);
    expect(model.namedParameters().get('parameter_0')?.requiresGrad).toBe(true);
  });

  it('has the name that it was given, and requires grad as a parameter', () => {
    const [weight, mean, other] = [randn([2, 2]), zeros([2]), ones([2])];
    using model = jit.trace((a) => a.matmul(weight).sub(mean).add(other), [x], {
      parameters: { weight },
      buffers: { mean },
    });
    expect([...model.stateDict().keys()]).toEqual(['weight', 'parameter_0', 'mean']);
    expect(model.namedParameters().get('weight')?.requiresGrad).toBe(true);
    expect(model.code()).toContain('self.weight');
  });

  it('shares its memory with the module', () => {
    const w = zeros([2]);
    using model = jit.trace((a) => a.add(w), [x]);
    w.add_(5);
    expect(model.forwardSync(x).toArray()).toEqual([[6, 6]]);
    w.dispose();
    expect(model.forwardSync(x).toArray()).toEqual([[6, 6]]);
  });

  it('of one number is a constant, and so is what the function makes of values', () => {
    const scale = tensor(3);
    using model = jit.trace((a) => a.mul(scale).add(tensor([1, 2])), [x]);
    expect(model.stateDict().size).toBe(0);
    scale.add_(1);
    expect(model.forwardSync(x).toArray()).toEqual([[4, 5]]);
  });

  it('that the function changes in place is state where it is a buffer', () => {
    const count = zeros([1]);
    using model = jit.trace((a) => a.add(count.add_(1)), [zeros([1])], {
      buffers: { count },
      check: false,
    });
    expect(count.toArray()).toEqual([1]);
    expect(model.forwardSync(zeros([1])).toArray()).toEqual([2]);
    expect(model.forwardSync(zeros([1])).toArray()).toEqual([3]);
  });

  it('of values made inside is new in each call', () => {
    using model = jit.trace((a) => tensor([0, 0]).add_(a), [x.reshape(2)]);
    model.forwardSync(ones([2]));
    expect(model.forwardSync(ones([2])).toArray()).toEqual([1, 1]);
  });

  it('that an operator made while gradients were recorded is refused', () => {
    const w = randn([2]).requiresGrad_().mul(2);
    expect(() => jit.trace((a) => a.add(w), [x])).toThrow(coded('ERR_TRACE_FAILED'));
    const plain = w.detach();
    using model = jit.trace((a) => a.add(plain), [x]);
    expect(model.namedParameters().size).toBe(1);
  });

  it('may be a module’s parameter, which then is the same one', () => {
    using owner = jit.compile('def forward(self, x: Tensor):\n    return x * self.w', {
      parameters: { w: ones([2]) },
    });
    const w = owner.namedParameters().get('w') as Tensor;
    using model = jit.trace((a) => a.mul(w), [x]);
    owner.loadStateDictSync({ w: tensor([2, 3]) });
    expect(model.forwardSync(x).toArray()).toEqual([[2, 3]]);
    expect(model.namedParameters().get('parameter_0')?.requiresGrad).toBe(true);
  });

  it('may be the result, or used by nobody', () => {
    const [w, unused] = [ones([2]), ones([3])];
    using model = jit.trace((a) => [w, a], [x], { parameters: { unused } });
    expect([...model.namedParameters().keys()]).toEqual(['unused', 'parameter_0']);
    expect(model.forwardSync(x)[0]!.toArray()).toEqual([1, 1]);
  });

  it('is saved with the module', () => {
    const w = randn([2, 2]);
    using model = jit.trace((a) => a.matmul(w), [x]);
    using loaded = loadModuleSync(model.toBytesSync());
    expect(loaded.forwardSync(x).toArray()).toEqual(x.matmul(w).toArray());
    expect([...loaded.namedParameters().keys()]).toEqual(['parameter_0']);
  });
});

describe('names', () => {
  const w = ones([2]);
  it.each([
    ['twice', { parameters: { w }, buffers: { w } }, 'ERR_INVALID_ARG_VALUE'],
    ['of the mode', { parameters: { training: w } }, 'ERR_INVALID_ARG_VALUE'],
    ['with a dot', { parameters: { 'a.b': w } }, 'ERR_INVALID_ARG_TYPE'],
    ['of no tensor', { parameters: { w: 1 as never } }, 'ERR_INVALID_ARG_TYPE'],
    ['of too many arguments', { argumentNames: ['a', 'b'] }, 'ERR_INVALID_ARG_VALUE'],
    ['of the same argument', { name: '1a' }, 'ERR_INVALID_ARG_TYPE'],
    ['that are unknown', { parameter: { w } } as never, 'ERR_UNKNOWN_ARGUMENT'],
  ])('%s are refused', (_what, options: object, code) => {
    expect(() => jit.trace((a) => a.add(w), [x], options)).toThrow(coded(code));
  });
});
