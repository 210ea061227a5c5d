import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type AnyModule,
  createPool,
  LiteModule,
  loadModule,
  loadModuleSync,
  Module,
  type ModuleInput,
  moduleFromShared,
  ones,
  ScriptModule,
  type Tensor,
  tensorSchema,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { mobileFile } from '../fixtures/mobile.js';
import { caught, rejected } from './caught.js';

const lite = { format: 'lite' } as const;
const load = (name: string): LiteModule => loadModuleSync(mobileFile(`${name}.ptl`), lite);

describe('which engine a file gets', () => {
  it('is decided by content, the lite one where it has bytecode', async () => {
    using model = await loadModule(mobileFile('mlp.ptl'), { format: 'auto' });
    expect(model).toBeInstanceOf(LiteModule);
    expect(model).toBeInstanceOf(Module);
    expect(model.format).toBe('lite');
    using script = await loadModule(mobileFile('mlp.ptl'), { format: 'torchscript' });
    expect(script).toBeInstanceOf(ScriptModule);
    const x = ones([3, 16]);
    expect(model.forwardSync(x).equal(script.forwardSync(x))).toBe(true);
  });

  it('is refused where the file has not what was asked for', async () => {
    const error = await rejected(loadModule(mobileFile('mlp.pt'), lite));
    expect(error).toMatchObject({ name: 'TorchError', code: 'ERR_UNSUPPORTED_FORMAT' });
    expect(error.message).toContain('saveLite()');
    const wrong = { format: 'ptl' } as never;
    expect((await rejected(loadModule(mobileFile('mlp.pt'), wrong))).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
  });

  it('shows in its type', () => {
    type Loaded<S> = S extends `${string}.ptl` ? AnyModule : ScriptModule;
    expectTypeOf<Loaded<'a.ptl'>>().toEqualTypeOf<AnyModule>();
    const open = (): Promise<AnyModule> => loadModule('model.ptl');
    const known = (): LiteModule => loadModuleSync('model.bin', lite);
    const script = (): Promise<ScriptModule> => loadModule('model.pt');
    expectTypeOf(open).returns.resolves.toExtend<Module>();
    expectTypeOf(known).returns.toHaveProperty('bytecodeVersion');
    expectTypeOf(script).returns.resolves.toHaveProperty('graph');
    const narrow = (model: AnyModule): number | boolean =>
      model.format === 'lite' ? model.bytecodeVersion : model.training;
    expectTypeOf(narrow).returns.toEqualTypeOf<number | boolean>();
  });
});

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

  it('refuses keyword arguments, and says so', async () => {
    using model = load('values');
    const error = await rejected(model.run('forward', [ones([2])], { kwargs: { times: 3 } }));
    expect(error.code).toBe('ERR_UNSUPPORTED_FORMAT');
    expect(error.message).toContain('no keyword arguments, got times');
    const sync = caught(() => model.runSync('forward', [ones([2])], { kwargs: { times: 3 } }));
    expect(sync.message).toBe(error.message);
    expect(await model.run('forward', [ones([2])], { kwargs: {} })).toHaveLength(2);
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

  it('takes the same ways of running as every module', async () => {
    using pool = createPool({ threads: 2 });
    using model = await loadModule(readFileSync(mobileFile('mlp.ptl')), { ...lite, pool });
    const x = ones([1, 16]);
    const y = model.forwardSync(x);
    expect((await model.forward(x)).equal(y)).toBe(true);
    expect((await model.run('forward', [x], { pool })).equal(y)).toBe(true);
    await model.warmup([x], { runs: 1 });
    const reason = new Error('enough');
    const aborted = model.run('forward', [x], { signal: AbortSignal.abort(reason) });
    expect((await rejected(aborted)).error).toBe(reason);
    expect((await rejected(model.run('backward'))).code).toBe('ERR_NO_METHOD');
    expect((await rejected(model.forward(...([] as ModuleInput[])))).code).toBe(
      'ERR_MISSING_ARGUMENT',
    );
    expect((await rejected(model.forward('x'))).code).toBe('ERR_INVALID_ARG_TYPE');
    model.dispose();
    expect((await rejected(model.forward(x))).code).toBe('ERR_DISPOSED');
    expect(caught(() => model.bytecodeVersion).code).toBe('ERR_DISPOSED');
  });

  it('reports what the model raises, and what fails in it', async () => {
    using model = load('control');
    const raised = await rejected(model.forward(ones([2]), -1));
    expect(raised).toMatchObject({ name: 'ScriptError', code: 'ERR_SCRIPT_RAISED' });
    expect(raised.message).toContain('times must not be negative');
    const failed = await rejected(model.run('fails', [ones([2])]));
    expect(failed).toMatchObject({ name: 'ScriptError', code: 'ERR_SCRIPT_FAILED' });
    expect(failed.message).toMatch(/^fails: mat1 and mat2 shapes cannot be multiplied .*7x7\)$/);
  });

  it('checks a signature', async () => {
    using model = await loadModule(mobileFile('mlp.ptl'), {
      format: 'lite',
      signature: { inputs: { x: tensorSchema({ shape: ['b', 16] }) }, output: tensorSchema() },
    });
    expectTypeOf(model.forward).parameter(0).toExtend<Tensor>();
    expectTypeOf(model).toHaveProperty('bytecodeVersion');
    expect((await model.forward(ones([2, 16]))).shape).toEqual([2, 4]);
    expect((await rejected(model.forward(ones([2, 15])))).code).toBe('ERR_SIGNATURE');
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

  it.each([
    ['counting', true],
    ['remembering', true],
    ['values', false],
    ['collecting', false],
    ['lstm', false],
    ['interfaced', false],
    ['bundled', false],
  ])('knows whether it changes itself: %s', (name, stateful) => {
    using model = load(name);
    expect(model.methods.map((method) => method.stateful)).toEqual(
      model.methods.map(() => stateful),
    );
  });

  it('runs one at a time where it changes itself, and at once where it does not', async () => {
    using pool = createPool({ threads: 4, intraOpThreads: 1 });
    using counting = await loadModule(mobileFile('counting.ptl'), { ...lite, pool });
    const many = Array.from({ length: 200 }, () => counting.forward(zeros([2])));
    const totals = (await Promise.all(many)).map((y) => (y.toArray() as number[])[0]);
    expect(totals).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    using pure = await loadModule(mobileFile('values.ptl'), { ...lite, pool });
    const given: ModuleInput[] = [[ones([2]), ones([2])]];
    const runs = Array.from({ length: 200 }, () => pure.run<Record<string, Tensor>>('rows', given));
    for (const rows of await Promise.all(runs))
      expect(Object.keys(rows)).toEqual(['cat', 'собака']);
  });
});

describe('operators that LibTorch does not have', () => {
  const file = mobileFile('missing-operators.ptl');

  it('are named, all of them, before anything runs', async () => {
    const error = await rejected(loadModule(file, lite));
    expect(error).toMatchObject({ name: 'LoadError', code: 'ERR_MISSING_OPERATORS' });
    expect(error.message).toBe(
      `${file}: it uses operators that this LibTorch does not have:\n  aten::matmu0\n  aten::new_zero0`,
    );
  });

  it('only matter to methods that need them, where the check is left out', async () => {
    using model = await loadModule(file, { ...lite, checkOperators: false });
    expect((await model.forward(ones([2]), 1)).shape).toEqual([2]);
    const error = await rejected(model.run('fails', [ones([2])]));
    expect(error.code).toBe('ERR_MISSING_OPERATORS');
    expect(error.message).toContain('aten::matmu0, aten::new_zero0');
  });
});
