import { describe, expect, expectTypeOf, it } from 'vitest';

import { ones, type ScriptModule, Tensor, tensor } from '../../src/index.js';
import { coded } from './coded.js';
import { load, x16 } from './load-fixture.js';

describe('clone', () => {
  it('has weights and attributes of its own', async () => {
    using model = load('stateful-counter');
    model.forwardSync(ones([3]));
    using copy = await model.clone();
    using second = model.cloneSync();
    copy.forwardSync(ones([3]));
    expect(model.runSync('peek')).toBe(1);
    expect(copy.runSync('peek')).toBe(2);
    expect(second.runSync('peek')).toBe(1);
    using mlp = load('mlp');
    using mlpCopy = mlp.cloneSync();
    mlpCopy.stateDict().get('fc2.bias')!.copyFrom(new Float32Array(4).fill(7));
    expect(mlp.stateDict().get('fc2.bias')!.toArray()).not.toEqual([7, 7, 7, 7]);
    mlp.dispose();
    expect(mlpCopy.forwardSync(x16).shape).toEqual([2, 4]);
    expectTypeOf(mlpCopy).toEqualTypeOf<ScriptModule>();
  });
});

describe('graph and code', () => {
  it('are what Python prints', () => {
    using model = load('mlp');
    expect(model.code()).toMatch(/^def forward\(self,\n\s+x: Tensor\) -> Tensor:/);
    expect(model.graph()).toMatch(/^graph\(%self/);
    expect(model.graph('forward', { inlined: true })).toContain('aten::linear');
    expect(() => model.graph('nothing')).toThrow(coded('ERR_NO_METHOD'));
    expect(() => model.code('nothing')).toThrow(coded('ERR_NO_METHOD'));
  });
});

describe('memory of a module', () => {
  it('stays when a parameter is disposed, and a parameter stays when the module is', () => {
    const model = load('mlp');
    const y = model.forwardSync(x16);
    for (const parameter of model.namedParameters().values()) parameter.dispose();
    expect(model.forwardSync(x16).equal(y)).toBe(true);
    const bias = model.stateDict().get('fc2.bias')!;
    expect(bias).toBeInstanceOf(Tensor);
    const values = bias.toArray();
    model.dispose();
    expect(bias.toArray()).toEqual(values);
    expect(tensor(values as number[]).equal(bias)).toBe(true);
  });
});
