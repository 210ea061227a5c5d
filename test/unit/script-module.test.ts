import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';

import {
  LoadError,
  loadModule,
  loadModuleSync,
  ModuleBusyError,
  ones,
  type ScriptModule,
  Tensor,
  tensor,
  zeros,
} from '../../src/index.js';
import { fixture, moduleFixture } from '../fixtures/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'script-module-'));
afterAll(() => rmSync(folder, { recursive: true }));

const load = <T = Tensor>(name: string) => loadModuleSync<T>(fixture(name));
const coded = (code: string) => expect.objectContaining({ code });
const x16 = ones([2, 16]);

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

describe('attribute', () => {
  it('reads every type, nested names too', () => {
    using model = load('attributes');
    expect(model.attribute('classes')).toEqual(['cat', 'собака', 'a\0b']);
    expect(model.attribute('sizes')).toEqual({ small: 1, large: 10 });
    expect(Object.getPrototypeOf(model.attribute('sizes'))).toBeNull();
    expect(model.attribute('threshold')).toBe(0.25);
    expect(model.attribute('big')).toBe(2n ** 60n);
    expect(model.attribute('flag')).toBe(true);
    expect(model.attribute('missing')).toBeNull();
    expect(model.attribute('device')).toBe('cpu');
    expect(model.attribute<Tensor>('mean').shape).toEqual([3]);
    expect(model.attribute<Tensor>('layer.0.weight').shape).toEqual([2, 3]);
    expectTypeOf(model.attribute<string[]>('classes')).toEqualTypeOf<string[]>();
    expect(() => model.attribute('clases')).toThrow(coded('ERR_NO_ATTRIBUTE'));
    expect(() => model.attribute('clases')).toThrow(/classes/);
    expect(() => model.attribute('layer.7.weight')).toThrow(coded('ERR_NO_ATTRIBUTE'));
    expect(() => model.attribute('layer.7.weight')).toThrow(/no submodule 'layer\.7'.*: 0/);
    expect(() => model.attribute('layer.0.wait')).toThrow(/'layer\.0' has: .*weight/);
  });

  it('is set by its declared type', () => {
    using model = load('attributes');
    model.setAttribute('classes', []);
    expect(model.attribute('classes')).toEqual([]);
    model.setAttribute('big', -(2n ** 63n));
    expect(model.attribute('big')).toBe(-(2n ** 63n));
    model.setAttribute('threshold', 2);
    expect(model.attribute('threshold')).toBe(2);
    model.setAttribute('missing', ones([2]));
    expect(model.attribute<Tensor>('missing').toArray()).toEqual([1, 1]);
    expect(() => model.setAttribute('big', 0.5)).toThrow(
      "setAttribute: argument 'big': expected int, got number 0.5",
    );
    expect(() => model.setAttribute('nothing', 1)).toThrow(coded('ERR_NO_ATTRIBUTE'));
  });
});

describe('train and eval', () => {
  it('change the mode of everything inside, and give the module back', () => {
    using model = load('modes');
    expect(model.training).toBe(false);
    expect(model.runSync<string>('mode')).toBe('eval');
    expect(model.train()).toBe(model);
    expect(model.training).toBe(true);
    expect(model.attribute('norm.training')).toBe(true);
    expect(model.runSync<string>('mode')).toBe('train');
    expect(model.eval()).toBe(model);
    expect(model.training).toBe(false);
    expect(model.train(false).training).toBe(false);
    expectTypeOf(model.eval()).toEqualTypeOf<typeof model>();
  });

  it('keep what a file was saved with', () => {
    using model = load('modes-training');
    expect(model.training).toBe(true);
  });
});

describe('to', () => {
  it('changes floating-point weights, and the device', async () => {
    using model = load('modes');
    expect(await model.to('cpu')).toBe(model);
    expect(await model.to({ dtype: 'float64' })).toBe(model);
    expect(model.stateDict().get('norm.weight')?.dtype).toBe('float64');
    expect(model.stateDict().get('norm.num_batches_tracked')?.dtype).toBe('int64');
    expect(model.toSync('float16').stateDict().get('norm.bias')?.dtype).toBe('float16');
    expect(model.toSync({ device: 'cpu', dtype: 'float32', nonBlocking: true })).toBe(model);
    expect(model.stateDict().get('norm.weight')?.dtype).toBe('float32');
  });

  it('refuses what is no target', async () => {
    using model = load('mlp');
    await expect(model.to(undefined as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    expect(() => model.toSync({ dtype: 'float33' } as never)).toThrow(/float33/);
    expect(() => model.toSync({ devise: 'cpu' } as never)).toThrow(coded('ERR_UNKNOWN_ARGUMENT'));
    await expect(model.to('nowhere')).rejects.toThrow(/nowhere/);
  });
});

describe('mutators during runs', () => {
  const steps = Math.ceil(moduleFixture('slow').perMillisecond!.forward * 100);

  it('wait, or throw ERR_MODULE_BUSY when synchronous', async () => {
    using model = load('slow');
    const runs = [model.forward(steps), model.forward(steps)];
    const weights = model.stateDict();
    const busy = [
      () => model.train(),
      () => model.eval(),
      () => model.toSync('cpu'),
      () => model.loadStateDictSync(weights),
      () => model.setAttribute('training', true),
    ];
    for (const call of busy) {
      expect(call).toThrow(ModuleBusyError);
      expect(call).toThrow(coded('ERR_MODULE_BUSY'));
    }
    const order: string[] = [];
    // A turn later: results that arrive together take different numbers of microtasks.
    const moved = model
      .to('float64')
      .then(() => nextTurn())
      .then(() => order.push('to'));
    const ran = runs.map((run) => run.then(() => order.push('run')));
    await Promise.all([moved, ...ran]);
    expect(order).toEqual(['run', 'run', 'to']);
    expect(model.train().training).toBe(true);
  });
});

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

describe('save and toBytes', () => {
  it('write what loads again, with attributes and extra files', async () => {
    using model = load('attributes');
    model.setAttribute('classes', ['new']);
    const x = ones([1, 3]);
    const y = model.forwardSync(x);
    const extraFiles = { 'labels.txt': 'собака', 'data.bin': Uint8Array.of(0, 1, 255) };
    const path = join(folder, 'saved.pt');
    await model.save(path, { extraFiles });
    model.saveSync(pathToFileURL(join(folder, 'sync.pt')), { extraFiles });
    const sources = [
      path,
      join(folder, 'sync.pt'),
      await model.toBytes({ extraFiles }),
      model.toBytesSync({ extraFiles }),
    ];
    for (const source of sources) {
      using again = await loadModule(source);
      expect(again.attribute('classes')).toEqual(['new']);
      expect(again.forwardSync(x).equal(y)).toBe(true);
      expect(String(again.extraFiles['labels.txt'])).toBe('собака');
      expect([...again.extraFiles['data.bin']!]).toEqual([0, 1, 255]);
    }
    expect(await model.toBytes()).toBeInstanceOf(Uint8Array);
    expect(readFileSync(path).subarray(0, 2).toString()).toBe('PK');
  });

  it('reject with the path when it cannot be written', async () => {
    using model = load('mlp');
    const path = join(folder, 'no', 'such', 'folder.pt');
    await expect(model.save(path)).rejects.toMatchObject({
      code: 'ERR_SAVE_FAILED',
      message: expect.stringContaining(path),
    });
    expect(() => model.saveSync(path)).toThrow(coded('ERR_SAVE_FAILED'));
  });

  it('check path and options', async () => {
    using model = load('mlp');
    await expect(model.save('')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    await expect(model.save(new URL('https://host/a.pt'))).rejects.toThrow('https://host/a.pt');
    expect(() => model.saveSync(5 as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    expect(() => model.saveSync('a.pt', { extra: {} } as never)).toThrow(/extra/);
    await expect(model.toBytes({ extraFiles: { a: 5 as never } })).rejects.toThrow(
      "toBytes: extraFiles 'a': expected a string or Uint8Array, got 5",
    );
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
