import { describe, expect, it } from 'vitest';
import {
  LiteModule,
  loadModule,
  loadModuleSync,
  moduleFromShared,
  ones,
  ScriptModule,
  type Tensor,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { mobileFile } from '../fixtures/mobile.js';
import { caught, rejected } from './caught.js';
import { lite, load } from './load-lite.js';

describe('LiteModule', () => {
  it('describes its methods, with the types and defaults of the file', () => {
    using model = load('values');
    const forward = model.methods.find(({ name }) => name === 'forward');
    expect(forward).toEqual({
      name: 'forward',
      args: [
        { name: 'x', type: 'Tensor', hasDefault: false, kwOnly: false },
        { name: 'times', type: 'int', hasDefault: true, kwOnly: false, default: 2 },
        {
          name: 'names',
          type: 'Optional[List[str]]',
          hasDefault: true,
          kwOnly: false,
          default: null,
        },
      ],
      returns: '__torch__.Point',
      stateful: false,
    });
    expect(model.signature?.inputs.map(({ name }) => name)).toEqual(['x', 'times', 'names']);
  });

  it('says what it holds', async () => {
    using model = load('values');
    expect(model.typeName).toBe('__torch__.Values');
    expect([model.bytecodeVersion, model.operatorVersion]).toEqual([8, 3]);
    expect(model.metadata).toEqual({});
    expect(model.extraFiles['labels.txt']?.toString()).toBe('кот\ndog');
    expect([...model.namedParameters().keys()]).toEqual(['offset']);
    expect(model.stateDict().get('offset')?.toArray()).toEqual([0.5, -0.5]);
    expect(model.attributes()).toEqual(
      expect.arrayContaining([
        { name: 'scale', type: 'float' },
        { name: 'classes', type: 'List[str]' },
        { name: 'table', type: 'Dict[str, int]' },
      ]),
    );
    expect(model.attribute('classes')).toEqual(['cat', 'собака']);
    expect({ ...model.attribute<object>('table') }).toEqual({ a: 1, b: 2 });
    using nested = load('mlp');
    expect(nested.attribute<Tensor>('fc1.weight').shape).toEqual([16, 16]);
    expect(nested.attributes('fc2').map(({ name }) => name)).toContain('bias');
  });

  it('reads only the extra files that are wanted', async () => {
    using none = await loadModule(mobileFile('mlp.ptl'), { ...lite, extraFiles: [] });
    expect(Object.keys(none.extraFiles)).toEqual([]);
    using some = await loadModule(mobileFile('mlp.ptl'), {
      ...lite,
      extraFiles: ['labels.txt', 'no.txt'],
    });
    expect(Object.keys(some.extraFiles)).toEqual(['labels.txt']);
  });

  it('names the attributes there are where one is missing', () => {
    using model = load('values');
    const error = caught(() => model.attribute('klasses'));
    expect(error.code).toBe('ERR_NO_ATTRIBUTE');
    expect(error.message).toMatch(/klasses.*stripped.*offset, training, scale, classes, table/);
    expect(caught(() => model.attribute('scale.x')).code).toBe('ERR_NO_ATTRIBUTE');
    expect(caught(() => model.attributes('fc9')).code).toBe('ERR_NO_ATTRIBUTE');
  });

  it('gives tensors that live longer than it', () => {
    const model = load('mlp');
    const weight = model.namedParameters().get('fc1.weight')!;
    const values = weight.toArray();
    model.dispose();
    expect(weight.toArray()).toEqual(values);
    expect(caught(() => weight.resize_([1000])).code).toBe('ERR_NOT_RESIZABLE');
  });

  it('refuses what the format has no means for', async () => {
    using model = load('mlp');
    const any = model as unknown as ScriptModule;
    const later = [any.to('cpu'), any.loadStateDict({}), any.clone(), any.save('x')];
    for (const pending of [...later, any.toBytes(), any.saveLite('x'), any.toLiteBytes()]) {
      expect((await rejected(pending)).code).toBe('ERR_UNSUPPORTED_FORMAT');
    }
    const now: (() => unknown)[] = [
      () => any.toSync('cpu'),
      () => any.saveSync('x'),
      () => any.train(),
      () => any.eval(),
      () => any.setAttribute('training', true),
      () => any.graph(),
      () => any.code(),
      () => any.namedBuffers(),
      () => any.parameters(),
      () => any.saveLiteSync('x'),
    ];
    for (const call of now) {
      expect(caught(call)).toMatchObject({ code: 'ERR_UNSUPPORTED_FORMAT', name: 'TorchError' });
    }
    expect(caught(() => any.train()).message).toMatch(/has no train\(\): .*saveLite/);
  });

  it('is shared, with its signature and files, state apart', async () => {
    using model = load('counting');
    model.forwardSync(ones([2]));
    const same = moduleFromShared(structuredClone(model.share()) as never);
    expect(same).toBeInstanceOf(LiteModule);
    same.forwardSync(ones([2]));
    same.forwardSync(ones([2]));
    expect([model.runSync('count'), same.runSync('count')]).toEqual([1, 3]);
    expect(same.extraFiles['labels.txt']?.toString()).toContain('dog');
    expect(caught(() => ScriptModule.fromShared(model.share())).code).toBe(
      'ERR_UNSUPPORTED_FORMAT',
    );
    using script = loadModuleSync(fixture('mlp'));
    expect(caught(() => LiteModule.fromShared(script.share())).message).toContain(
      "expected a shared module of format 'lite', got 'torchscript'",
    );
  });
});
