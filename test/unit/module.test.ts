import { getEventListeners } from 'node:events';
import { describe, expect, expectTypeOf, it } from 'vitest';

import {
  createPool,
  DisposedError,
  loadModule,
  loadModuleSync,
  type Module,
  memoryUsage,
  ones,
  ScriptError,
  ScriptModule,
  type Tensor,
  tensor,
} from '../../src/index.js';
import { fixture, moduleFixture } from '../fixtures/fixtures.js';
import { collected } from './collected.js';

const load = <T = Tensor>(name: string) => loadModuleSync<T>(fixture(name));
const coded = (code: string, name = 'TypeError') => expect.objectContaining({ code, name });
const caught = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('methods', () => {
  it('lists every method with names, types and defaults', () => {
    using model = load('arguments');
    const { methods } = model;
    expect(methods.map(({ name }) => name).sort()).toEqual(
      [
        'forward',
        'keyword_default',
        'keyword_only',
        'many',
        'nothing',
        'returns_none',
        'two_tensors',
      ].sort(),
    );
    const forward = methods.find(({ name }) => name === 'forward')!;
    expect(forward).toEqual({
      name: 'forward',
      args: [
        { name: 'x', type: 'Tensor', hasDefault: false, kwOnly: false },
        { name: 'scale', type: 'float', default: 2, hasDefault: true, kwOnly: false },
        { name: 'times', type: 'int', default: 1, hasDefault: true, kwOnly: false },
        { name: 'name', type: 'str', default: 'out', hasDefault: true, kwOnly: false },
        { name: 'sizes', type: 'List[int]', default: [1, 2], hasDefault: true, kwOnly: false },
        { name: 'mask', type: 'Optional[Tensor]', default: null, hasDefault: true, kwOnly: false },
      ],
      returns: 'Tuple[Tensor, str, List[int], bool]',
      stateful: false,
    });
    const keyword = methods.find(({ name }) => name === 'keyword_only')!;
    // A saved module has lost the `*`: Python, too, takes these by position after loading.
    expect(keyword.args.map(({ name, kwOnly }) => [name, kwOnly])).toEqual([
      ['x', false],
      ['shift', false],
      ['scale', false],
    ]);
  });

  it.each([
    'stateful-counter',
    'stateful-list',
    'stateful-dict',
    'stateful-alias',
    'stateful-child',
    'stateless',
    'mlp',
  ])('tells whether the methods of %s queue: all of them do when one is stateful', (name) => {
    using model = load(name);
    const isStateful = moduleFixture(name).stateful.length > 0;
    for (const { stateful } of model.methods) expect(stateful).toBe(isStateful);
  });
});

describe('forward', () => {
  it('gives the same on and off the event loop', async () => {
    using model = load('mlp');
    const x = ones([2, 16]);
    const y = await model.forward(x);
    expect(y.shape).toEqual([2, 4]);
    expect(y.equal(model.forwardSync(x))).toBe(true);
    expect(y.equal(await model.run('forward', [x]))).toBe(true);
    expect(y.equal(model.runSync('forward', [x]))).toBe(true);
  });

  it('gives results in the order of the calls, many at a time', async () => {
    using model = load('types');
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => model.run<[number, number]>('halves', [index, 1])),
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => [Math.floor(i / 2), 0.5]));
  });

  it('says when there is none, and what there is', async () => {
    using model = load('no-forward');
    expect(() => model.forwardSync(ones([1]))).toThrow(coded('ERR_NO_METHOD', 'TorchError'));
    await expect(model.forward(ones([1]))).rejects.toThrow(/encode/);
    expect(model.signature).toBeNull();
    expect(model.runSync('encode', [tensor([1, 2])]).toArray()).toEqual([2, 4]);
  });
});

describe('a failed run', () => {
  it('carries the frames of whoever awaits it', async () => {
    using model = load('raises');
    async function handlerOfTheUser(): Promise<void> {
      await model.forward(ones([1]), 'a reason');
    }
    async function runnerOfTheUser(): Promise<void> {
      await model.run('assertion', [0], { signal: new AbortController().signal });
    }
    const raised = (await caught(handlerOfTheUser())) as ScriptError;
    expect(raised).toBeInstanceOf(ScriptError);
    expect(raised.message).toContain('a reason');
    expect(raised.pythonClass).toMatch(/ValueError$/);
    expect(raised.stack).toMatch(/^ScriptError: /);
    expect(raised.stack).toMatch(/at (async )?handlerOfTheUser/);
    const asserted = (await caught(runnerOfTheUser())) as Error;
    expect(asserted.stack).toMatch(/at (async )?runnerOfTheUser/);
  });

  it('throws the same on this thread', () => {
    using model = load('raises');
    expect(() => model.forwardSync(ones([1]), 'a reason')).toThrow(ScriptError);
    expect(() => model.runSync('mismatch', [tensor([1, 2])])).toThrow(/multiplied|mat1|size/);
    expect(model.runSync('mismatch', [ones([3])]).toArray()).toEqual([3, 3, 3, 3, 3]);
  });

  it('keeps paths of the C++ sources and addresses to itself', async () => {
    using model = load('raises');
    const error = (await caught(model.run('deep', [3, tensor([1, 2])]))) as Error;
    expect(error.message).not.toMatch(/0x[0-9a-f]{6}|frame #|\.cpp:\d+/);
  });
});

describe('arguments', () => {
  it('are found by position, by name and by default', async () => {
    using model = load<[Tensor, string, number[], boolean]>('arguments');
    const x = tensor([1, 2]);
    const [y, name, sizes, masked] = model.forwardSync(x);
    expect([y.toArray(), name, sizes, masked]).toEqual([[2, 4], 'out', [1, 2], false]);
    const options = { kwargs: { mask: x, sizes: [], times: 2 } };
    const run = await model.run<[Tensor, string, number[], boolean]>('forward', [x, 4], options);
    expect([run[0].toArray(), ...run.slice(1)]).toEqual([[8, 16], 'out', [], true]);
    const sync = model.runSync<[Tensor]>('forward', [], { kwargs: { x, scale: 0.5 } });
    expect(sync[0].toArray()).toEqual([0.5, 1]);
    const undef = model.forwardSync(x, undefined, 3);
    expect(undef[0].toArray()).toEqual([6, 12]);
  });

  it('are refused with method, name, expected type and what came', async () => {
    using model = load('arguments');
    const x = tensor([1]);
    const wrong: [() => unknown, string, string][] = [
      [() => model.forwardSync(), 'ERR_MISSING_ARGUMENT', "forward: missing argument 'x'"],
      [
        () => model.forwardSync(5),
        'ERR_INVALID_ARG_TYPE',
        "argument 'x': expected Tensor, got number 5",
      ],
      [
        () => model.forwardSync(x, 1, 1.5),
        'ERR_INVALID_ARG_TYPE',
        "forward: argument 'times': expected int, got number 1.5",
      ],
      [
        () => model.forwardSync(x, 1, 1, 'n', [1, 'two']),
        'ERR_INVALID_ARG_TYPE',
        "forward: argument 'sizes'[1]: expected int, got string 'two'",
      ],
      [
        () => model.forwardSync(x, 1, 1, 'n', [], null, 7),
        'ERR_TOO_MANY_ARGUMENTS',
        'forward: expected at most 6 arguments, got 7',
      ],
      [
        () => model.runSync('forward', [x], { kwargs: { scales: 1 } }),
        'ERR_UNKNOWN_ARGUMENT',
        "forward: unknown argument 'scales'",
      ],
      [
        () => model.runSync('forward', [x], { kwargs: { x } }),
        'ERR_INVALID_ARG_VALUE',
        "forward: argument 'x' was given twice",
      ],
    ];
    for (const [call, code, message] of wrong) {
      expect(call).toThrow(coded(code));
      expect(call).toThrow(message);
    }
    const pending = model.forward(x, 'wide');
    await expect(pending).rejects.toThrow("argument 'scale': expected float, got string 'wide'");
  });

  it('of run itself are checked', async () => {
    using model = load('arguments');
    const x = tensor([1]);
    const wrong: [unknown[], string, RegExp][] = [
      [[5], 'ERR_INVALID_ARG_TYPE', /expected the method's name, got 5/],
      [['forward', x], 'ERR_INVALID_ARG_TYPE', /expected an array of arguments, got float32 \[1\]/],
      [
        ['forward', [x], { scale: 2 }],
        'ERR_UNKNOWN_ARGUMENT',
        /'scale'; keyword arguments go into/,
      ],
      [['forward', [x], { kwargs: [1] }], 'ERR_INVALID_ARG_TYPE', /kwargs: expected an object/],
      [['forward', [x], { signal: 5 }], 'ERR_INVALID_ARG_TYPE', /expected an AbortSignal, got 5/],
      [['forward', [x], { pool: {} }], 'ERR_INVALID_ARG_TYPE', /expected what createPool gave/],
      [['forward', [x], 5], 'ERR_INVALID_ARG_TYPE', /expected an object of options, got 5/],
    ];
    for (const [args, code, message] of wrong) {
      const error = await caught(model.run(...(args as [string])));
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(() => model.runSync(...(args as [string]))).toThrow(coded(code));
    }
    await expect(model.run('forwards')).rejects.toThrow(/forwards/);
    expect(() => model.runSync('forwards')).toThrow(coded('ERR_NO_METHOD', 'TorchError'));
  });

  it('of a disposed tensor are refused', () => {
    using model = load('mlp');
    const x = ones([1, 16]);
    x.dispose();
    expect(() => model.forwardSync(x)).toThrow(DisposedError);
  });
});

describe('abort', () => {
  const steps = Math.ceil(moduleFixture('slow').perMillisecond!.forward * 200);

  it('rejects with the reason before anything when it has happened', async () => {
    using model = load('slow');
    const reason = new Error('too late');
    const pending = model.run('no such method', [], { signal: AbortSignal.abort(reason) });
    const { stack } = reason;
    await expect(pending).rejects.toBe(reason);
    expect(reason.stack).toBe(stack);
  });

  it('lets go of running work at once, and removes queued work', async () => {
    using pool = createPool({ threads: 1, intraOpThreads: 1 });
    using model = loadModuleSync(fixture('slow'), { pool });
    const controller = new AbortController();
    const { signal } = controller;
    const running = caught(model.run('forward', [steps], { signal }));
    const queued = caught(model.run('forward', [steps * 1000], { signal }));
    await new Promise((resolve) => setImmediate(resolve));
    const reason = { why: 'gone' };
    controller.abort(reason);
    expect(await running).toBe(reason);
    expect(await queued).toBe(reason);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    const after = await model.run('forward', [1]);
    expect(after.dtype).toBe('float32');
    expect(pool.info().queued).toBe(0);
  });

  it('leaves no listener behind', async () => {
    using model = load('slow');
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => model.run('forward', [1], { signal })));
    await caught(model.run('forward', ['x'], { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('warmup', () => {
  it('runs as often as asked and keeps nothing', async () => {
    using model = load('stateful-counter');
    const x = ones([2]);
    await collected();
    const { tensors } = memoryUsage();
    await model.warmup([x]);
    expect(model.runSync('peek')).toBe(3);
    await model.warmup([x], { runs: 5 });
    expect(model.runSync('peek')).toBe(8);
    expect(memoryUsage().tensors).toBe(tensors);
    await expect(model.warmup([x], { runs: 0 })).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
  });
});

describe('a stateful module', () => {
  it('runs one at a time', async () => {
    using model = load('stateful-counter');
    const x = ones([1]);
    const totals = await Promise.all(Array.from({ length: 40 }, () => model.forward(x)));
    expect(totals.map((total) => total.item()).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
});

describe('share', () => {
  it('gives a module over the same weights, until it is disposed', async () => {
    const model = load('mlp');
    const handle = structuredClone(model.share());
    expect(handle).toMatchObject({ kind: 'module', format: 'torchscript', signature: null });
    expect(model.share()).toEqual(handle);
    using other = ScriptModule.fromShared(handle);
    const x = ones([1, 16]);
    expect(other.forwardSync(x).equal(model.forwardSync(x))).toBe(true);
    using changed = ones([4]);
    await model.loadStateDict({ 'fc2.bias': changed }, { strict: false });
    expect(other.stateDict().get('fc2.bias')?.toArray()).toEqual([1, 1, 1, 1]);
    model.dispose();
    expect(() => ScriptModule.fromShared(handle)).toThrow(coded('ERR_SHARE_REVOKED', 'TorchError'));
    expect(other.forwardSync(x).shape).toEqual([1, 4]);
  });

  it('gives a stateful module its own attributes', () => {
    using model = load('stateful-counter');
    model.forwardSync(ones([1]));
    using other = ScriptModule.fromShared(model.share());
    model.forwardSync(ones([1]));
    expect(model.runSync('peek')).toBe(2);
    other.forwardSync(ones([1]));
    expect(model.runSync('peek')).toBe(2);
  });

  it('carries extra files', () => {
    using model = load('extra-files');
    using other = ScriptModule.fromShared(structuredClone(model.share()));
    expect(String(other.extraFiles['labels.txt'])).toBe('cat\nсобака\n');
  });

  it('refuses what is no handle', () => {
    for (const wrong of [null, {}, { kind: 'tensor', token: 'x' }, 5]) {
      expect(() => ScriptModule.fromShared(wrong as never)).toThrow(coded('ERR_INVALID_ARG_TYPE'));
    }
  });
});

describe('dispose', () => {
  it('is harmless again, and by using', () => {
    const model = load('mlp');
    expect(model.isDisposed).toBe(false);
    model.dispose();
    model.dispose();
    model[Symbol.dispose]();
    expect(model.isDisposed).toBe(true);
  });

  it('makes everything else throw ERR_DISPOSED', async () => {
    const model = load('mlp');
    const x = ones([1, 16]);
    model.forwardSync(x);
    expect(model.methods).toHaveLength(1);
    model.dispose();
    const gone: (() => unknown)[] = [
      () => model.forwardSync(x),
      () => model.runSync('forward', [x]),
      () => model.runSync('forward', [], { kwargs: { x } }),
      () => model.methods,
      () => model.signature,
      () => model.share(),
      () => model.extraFiles,
      () => model.typeName,
      () => model.namedParameters(),
      () => model.namedBuffers(),
      () => model.namedModules(),
      () => model.stateDict(),
      () => model.loadStateDictSync({}),
      () => model.attribute('training'),
      () => model.setAttribute('training', true),
      () => model.graph(),
      () => model.code(),
      () => model.training,
      () => model.train(),
      () => model.eval(),
      () => model.toSync('cpu'),
      () => model.cloneSync(),
      () => model.saveSync('/no/where.pt'),
      () => model.toBytesSync(),
    ];
    for (const call of gone) expect(call).toThrow(coded('ERR_DISPOSED', 'DisposedError'));
    const rejected = [
      model.forward(x),
      model.run('forward', [x]),
      model.run('forward', [x], { kwargs: {} }),
      model.warmup([x]),
      model.loadStateDict({}),
      model.to('cpu'),
      model.clone(),
      model.save('/no/where.pt'),
      model.toBytes(),
    ];
    for (const pending of rejected) await expect(pending).rejects.toBeInstanceOf(DisposedError);
  });

  it('lets runs in flight finish', async () => {
    const model = await loadModule(fixture('mlp'));
    const x = ones([1, 16]);
    const pending = Array.from({ length: 8 }, () => model.forward(x));
    model.dispose();
    for (const y of await Promise.all(pending)) expect(y.shape).toEqual([1, 4]);
  });

  it('is no way to a module of one`s own making', () => {
    expect(() => new (ScriptModule as unknown as new () => unknown)()).toThrow(
      coded('ERR_ILLEGAL_CONSTRUCTOR'),
    );
    const foreign = Object.create(ScriptModule.prototype) as ScriptModule;
    expect(() => foreign.forwardSync()).toThrow(TypeError);
    expectTypeOf<ScriptModule>().toExtend<Module>();
  });
});
