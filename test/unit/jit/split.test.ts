import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  type ModuleInput,
  type ModuleValue,
  moduleFromShared,
  ones,
  randn,
  type ScriptModule,
  Tensor,
} from '../../../src/index.js';
import { fixture, moduleFixture } from '../../fixtures/fixtures.js';
import { expectValue, toInput } from '../../fixtures/values.js';
import { caught, rejected } from '../caught.js';

const load = <T = Tensor>(name: string) => loadModuleSync<T>(fixture(name));
const image = randn([1, 3, 32, 32]);
const names = (model: ScriptModule<never[], never>): string[] => [
  ...model.namedParameters().keys(),
];

/** What both halves give together. */
function through(
  model: ScriptModule<ModuleInput[], never>,
  at: number | string,
  x: Tensor,
): Tensor {
  const [head, tail] = jit.splitSync(model, at);
  return tail.forwardSync(head.forwardSync(x)) as Tensor;
}

describe('split', () => {
  const points = [1, 2, 3, 4, '1', '2', '4', '0.1', '1.0', '1.1', '1.1.2'];
  const models = ['chain', 'chain-traced'];
  it.each(models.flatMap((name) => points.map((at) => [name, at] as const)))(
    'divides %s at %s into halves with equal outputs',
    (name, at) => {
      using model = load<never>(name);
      const y = model.forwardSync(image) as Tensor;
      expect(through(model, at, image).equal(y)).toBe(true);
    },
  );

  it.each([1, 2, 3, 4, 'bn1', 'layer2', 'layer1.conv2', 'layer2.downsample', 'layer2.bn2', 'fc'])(
    'cuts through functions and skip connections: resnet at %s',
    (at) => {
      for (const name of ['resnet', 'resnet-traced']) {
        using model = load<never>(name);
        expect(through(model, at, image).equal(model.forwardSync(image))).toBe(true);
      }
    },
  );

  it('shares the weights, each half having only its own', async () => {
    using model = load('chain');
    const [head, tail] = await jit.split(model, '1.1');
    expect([...names(head as never), ...names(tail as never)]).toEqual(names(model as never));
    expect(names(tail as never)).toContain('1.1.0.weight');
    expect(head.namedModules().has('1.1')).toBe(false);
    const bias = model.namedParameters().get('4.bias')!;
    bias.detach().fill_(7);
    expect(tail.namedParameters().get('4.bias')?.toArray()).toEqual(Array(10).fill(7));
  });

  it.each([
    ['chain', 2],
    ['resnet', 'bn1'],
    ['resnet', 'layer1'],
  ] as const)('outlives the source, with the functions that it calls: %s at %s', (name, at) => {
    const model = load(name);
    const y = model.forwardSync(image);
    const [head, tail] = jit.splitSync(model, at);
    const frozen = jit.freezeSync(tail);
    model.dispose();
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    const middle = head.forwardSync(image);
    expect(tail.forwardSync(middle).equal(y)).toBe(true);
    tail.dispose();
    globalThis.gc?.();
    expect(frozen.forwardSync(middle).allclose(y, { atol: 1e-5 })).toBe(true);
    expect(loadModuleSync(frozen.toBytesSync()).forwardSync(middle as Tensor).shape).toEqual(
      y.shape,
    );
  });

  it('hands over several values as a tuple, with defaults and numbers', () => {
    const { cases } = moduleFixture('skips');
    for (const at of ['second', 'third', 1, 2]) {
      using model = load<never>('skips');
      const [head, tail] = jit.splitSync(model, at);
      for (const { args, result } of cases) {
        const middle = head.forwardSync(...args.map(toInput)) as readonly ModuleValue[];
        expect(middle.length).toBeGreaterThan(1);
        expectValue(tail.forwardSync(middle as ModuleInput), result!, { atol: 1e-6 });
      }
    }
  });

  it('leaves state to the half that has it, one run at a time', async () => {
    const { cases } = moduleFixture('counting');
    using model = load('counting');
    const [head, tail] = await jit.split(model, 'third');
    expect([head, tail].map(({ methods }) => methods.map(({ name }) => name))).toEqual([
      ['forward'],
      ['forward'],
    ]);
    const given = cases.map(({ args }) => toInput(args[0]!) as Tensor);
    const middle = await Promise.all(given.map((x) => head.forward(x)));
    const outputs = await Promise.all(middle.map((x) => tail.forward(x)));
    outputs.forEach((y, i) => {
      expectValue(y, cases[i]!.result!, { atol: 1e-6 });
    });
  });

  it('is saved, loaded and shared half by half', async () => {
    using model = load('resnet');
    const y = model.forwardSync(image);
    const [head, tail] = await jit.split(model, 'layer2');
    const loaded = [await loadModule(await head.toBytes()), loadModuleSync(tail.toBytesSync())];
    const claimed = [head, tail].map((each) => moduleFromShared(structuredClone(each.share())));
    for (const [first, second] of [loaded, claimed]) {
      expect(second?.forwardSync(first?.forwardSync(image) as Tensor).equal(y)).toBe(true);
    }
    using copy = await head.clone();
    expect(copy.forwardSync(image)).toBeInstanceOf(Tensor);
    expect([head.typeName, tail.typeName].map((name) => name.split('.').pop())).toEqual([
      'TinyResNetHead',
      'TinyResNetTail',
    ]);
  });

  it('can be divided again, frozen and drawn', async () => {
    using model = load('chain');
    const y = model.forwardSync(image);
    const [first, rest] = jit.splitSync(model, 1);
    const [second, third] = jit.splitSync(rest, '4');
    using frozen = await jit.freeze(second);
    const out = third.forwardSync(frozen.forwardSync(first.forwardSync(image))) as Tensor;
    expect(out.sub(y).abs().max().item()).toBeLessThan(1e-5);
    expect(await jit.drawGraph(third, { format: 'dot' })).toContain('linear');
  });

  it('has types', async () => {
    using model = load('mlp');
    const [head, tail] = await jit.split(model, 1);
    expectTypeOf(head.forward).parameters.toEqualTypeOf<ModuleInput[]>();
    expectTypeOf(tail.forward).parameters.toEqualTypeOf<[ModuleInput]>();
    expectTypeOf(tail.forward).returns.resolves.toEqualTypeOf<Tensor>();
  });
});

describe('split says why it cannot', () => {
  const reason = (name: string, at: number | string) => {
    return caught(() => jit.splitSync(load(name), at));
  };

  it('for children in branches and loops', () => {
    for (const at of ['maybe', 'often']) {
      expect(reason('uncuttable', at)).toMatchObject({ code: 'ERR_NOT_SPLITTABLE' });
      expect(reason('uncuttable', at).message).toMatch(
        new RegExp(`'${at}'.*inside an if or a loop`),
      );
    }
  });

  it('for values that only one module can hold', () => {
    const { code, message } = reason('uncuttable', 'last');
    expect(code).toBe('ERR_NOT_SPLITTABLE');
    expect(message).toMatch(/'later[^']*' of type Future\[Tensor\].*cannot be handed/);
  });

  it('for state that both halves would need', () => {
    const { code, message } = reason('counting', 'second');
    expect(code).toBe('ERR_NOT_SPLITTABLE');
    expect(message).toContain("'calls'");
  });

  it('for children that are not called, listing those that are', () => {
    expect(reason('resnet', 'layer9').message).toMatch(/'layer9'; it calls: conv1, bn1, layer1/);
    expect(reason('chain', '1.9').message).toContain('it calls: 0, 1.0, 1.1, 2');
  });

  it('for numbers that are no cut', () => {
    for (const at of [0, 5, -1, 99]) {
      expect(reason('chain', at)).toMatchObject({ code: 'ERR_OUT_OF_RANGE', name: 'RangeError' });
    }
    expect(reason('chain', 5).message).toContain('from 1 to 4 (0, 1, 2, 3, 4), got 5');
  });

  it('for modules without children, or without forward', () => {
    expect(reason('echo', 1).message).toContain('calls 0 submodules');
    expect(reason('no-forward', 1).code).toBe('ERR_NO_METHOD');
    const frozen = jit.freezeSync(load('resnet'));
    expect(caught(() => jit.splitSync(frozen, 'fc')).code).toBe('ERR_NOT_SPLITTABLE');
  });

  it('for wrong arguments', async () => {
    const model = load('mlp');
    for (const at of [1.5, Number.NaN, '', null, undefined, {}, 1n] as never[]) {
      expect(caught(() => jit.splitSync(model, at)).code).toBe('ERR_INVALID_ARG_TYPE');
    }
    expect((await rejected(jit.split({} as never, 1))).code).toBe('ERR_INVALID_ARG_TYPE');
    const signal = AbortSignal.abort(new Error('enough'));
    expect((await rejected(jit.split(model, 1, { signal }))).message).toBe('enough');
    model.dispose();
    expect((await rejected(jit.split(model, 1))).code).toBe('ERR_DISPOSED');
  });
});

describe('the halves', () => {
  it('are made during runs, and make mutators of the source wait', async () => {
    using model = load('five-ms');
    const x = ones([32, 512]);
    const runs = Array.from({ length: 4 }, () => model.forward(x));
    const [head, tail] = await jit.split(model, 9);
    const [y] = await Promise.all(runs);
    const both = Array.from({ length: 4 }, async () => tail.forward(await head.forward(x)));
    expect(caught(() => model.toSync('float64')).code).toBe('ERR_MODULE_BUSY');
    for (const z of await Promise.all(both)) expect(z.equal(y!)).toBe(true);
    model.toSync('float64');
    expect((head.forwardSync(ones([1, 512], { dtype: 'float64' })) as Tensor).dtype).toBe(
      'float64',
    );
  });
});
