import { describe, expect, it } from 'vitest';

import { LoadError, ones, zeros } from '../../src/index.js';
import { moduleFixture } from '../fixtures/fixtures.js';
import { coded } from './coded.js';
import { load, x16 } from './load-fixture.js';

describe('stateDict', () => {
  it.each(['mlp', 'shared'])('of %s has the names and order of PyTorch', (name) => {
    using model = load(name);
    const golden = Object.entries(moduleFixture(name).stateDict!);
    const state = model.stateDict();
    expect([...state.keys()]).toEqual(golden.map(([key]) => key));
    for (const [key, { tensor: value }] of golden) {
      expect(state.get(key)?.shape).toEqual(value.shape);
      expect(state.get(key)?.dtype).toBe(value.dtype);
      const bytes = Buffer.from(value.data!, 'base64');
      const { buffer, byteOffset, byteLength } = state.get(key)!.toTypedArray() as Float32Array;
      expect(Buffer.from(buffer, byteOffset, byteLength).equals(bytes)).toBe(true);
    }
  });

  it('puts the buffers of a module after its parameters', () => {
    using model = load('modes');
    expect([...model.stateDict().keys()]).toEqual([
      'norm.weight',
      'norm.bias',
      'norm.running_mean',
      'norm.running_var',
      'norm.num_batches_tracked',
    ]);
    expect([...model.namedParameters().keys()]).toEqual(['norm.weight', 'norm.bias']);
    expect([...model.namedBuffers().keys()]).toEqual([
      'norm.running_mean',
      'norm.running_var',
      'norm.num_batches_tracked',
    ]);
    expect([...model.namedModules().keys()]).toEqual(['', 'norm', 'dropout']);
    expect(model.namedModules().get('norm')).toMatch(/BatchNorm1d/);
    expect(model.typeName).toMatch(/Modes/);
  });

  it('gives the tensors of the module itself', () => {
    using model = load('mlp');
    const before = model.forwardSync(x16);
    model
      .stateDict()
      .get('fc2.bias')!
      .copyFrom(Float32Array.of(9, 9, 9, 9));
    expect(model.forwardSync(x16).equal(before)).toBe(false);
    expect(model.namedParameters().get('fc2.bias')!.toArray()).toEqual([9, 9, 9, 9]);
  });
});

describe('loadStateDict', () => {
  it('copies values in, from a Map or an object', async () => {
    using model = load('mlp');
    using other = load('extra-files');
    const keys = await model.loadStateDict(other.stateDict());
    expect(keys).toEqual({ missingKeys: [], unexpectedKeys: [] });
    expect(model.forwardSync(x16).equal(other.forwardSync(x16))).toBe(true);
    using third = load('mlp');
    third.loadStateDictSync(Object.fromEntries(other.stateDict()));
    expect(third.forwardSync(x16).equal(other.forwardSync(x16))).toBe(true);
    other.stateDict().get('fc1.bias')!.copyFrom(new Float32Array(16));
    expect(third.forwardSync(x16).equal(other.forwardSync(x16))).toBe(false);
  });

  it('lists all that does not fit in one error, and changes nothing', async () => {
    using model = load('mlp');
    const before = model.forwardSync(x16);
    const state = {
      'fc1.weight': zeros([16, 16]),
      'fc1.bias': zeros([4]),
      'fc3.weight': zeros([4, 16]),
    };
    const error = await model.loadStateDict(state).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LoadError);
    expect(error).toMatchObject({ code: 'ERR_STATE_DICT' });
    const { message } = error as Error;
    expect(message).toContain("missing: 'fc2.weight', 'fc2.bias'");
    expect(message).toContain("unexpected: 'fc3.weight'");
    expect(message).toContain("shape of 'fc1.bias': expected [16], got [4]");
    expect(() => model.loadStateDictSync(state)).toThrow(message);
    expect(model.forwardSync(x16).equal(before)).toBe(true);
  });

  it('reports names that did not meet when not strict, shapes still', async () => {
    using model = load('mlp');
    const state = new Map([
      ['fc2.bias', ones([4])],
      ['other', ones([1])],
    ]);
    expect(await model.loadStateDict(state, { strict: false })).toEqual({
      missingKeys: ['fc1.weight', 'fc1.bias', 'fc2.weight'],
      unexpectedKeys: ['other'],
    });
    expect(model.stateDict().get('fc2.bias')!.toArray()).toEqual([1, 1, 1, 1]);
    await expect(
      model.loadStateDict({ 'fc2.bias': ones([3]) }, { strict: false }),
    ).rejects.toMatchObject({ code: 'ERR_STATE_DICT' });
  });

  it('refuses what is no state dict', () => {
    using model = load('mlp');
    for (const wrong of [null, 5, [ones([1])], { 'fc1.bias': [1, 2] }]) {
      expect(() => model.loadStateDictSync(wrong as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
    expect(() => model.loadStateDictSync({}, { stict: false } as never)).toThrow(/stict/);
  });
});
