import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  ones,
  randn,
  type ScriptModule,
  Tensor,
  tensorSchema,
} from '../../../src/index.js';
import { fixture, moduleFixture } from '../../fixtures/fixtures.js';
import { expectValue, toInput } from '../../fixtures/values.js';
import { caught, rejected } from '../caught.js';

const load = (name: string) => loadModuleSync<never>(fixture(name));
const operators = (model: ScriptModule<never[], never>, method = 'forward'): string[] =>
  jit.graphData(model, { method }).body.nodes.map(({ kind }) => kind);

describe('freeze', () => {
  it.each(['resnet', 'resnet-traced', 'chain', 'mlp', 'modes'])(
    'gives the outputs of the source: %s',
    async (name) => {
      using model = load(name);
      using frozen = await jit.freeze(model);
      const [{ args, result }] = moduleFixture(name).cases as [never];
      const input = (args as never[]).map(toInput) as never[];
      expectValue(frozen.forwardSync(...input), result, { atol: 1e-5 });
    },
  );

  it('leaves no parameters and no batch norm', () => {
    using model = load('resnet');
    using frozen = jit.freezeSync(model);
    expect([...frozen.namedParameters().keys(), ...frozen.namedBuffers().keys()]).toEqual([]);
    expect(operators(model)).toContain('aten::batch_norm');
    expect(operators(frozen)).not.toContain('aten::batch_norm');
    expect(frozen.training).toBe(false);
  });

  it('keeps batch norms when numerics are not to change', () => {
    using model = load('resnet');
    using frozen = jit.freezeSync(model, { optimizeNumerics: false });
    expect(operators(frozen)).toContain('aten::batch_norm');
  });

  it('leaves the source as it is, and shares no memory with it', async () => {
    using model = load('mlp');
    const before = [...model.stateDict()].map(([name, value]) => [name, value.toArray()]);
    using frozen = await jit.freeze(model);
    expect([...model.stateDict()].map(([name, value]) => [name, value.toArray()])).toEqual(before);
    const x = ones([1, 16]);
    const y = (frozen.forwardSync as (x: Tensor) => Tensor)(x);
    const zeroed = [...model.stateDict()].map(([name, value]) => [name, value.mul(0)] as const);
    await model.loadStateDict(new Map(zeroed));
    expect((frozen.forwardSync as (x: Tensor) => Tensor)(x).equal(y)).toBe(true);
  });

  it('keeps the methods and attributes that are asked for, and only these', async () => {
    using model = loadModuleSync('examples/digits/digits-scripted.pt');
    using bare = await jit.freeze(model);
    expect(bare.methods.map(({ name }) => name)).toEqual(['forward']);
    const preservedAttributes = ['probabilities', 'labels'];
    using kept = await jit.freeze(model, { preservedAttributes });
    expect(kept.methods.map(({ name }) => name).sort()).toEqual(['forward', 'probabilities']);
    expect(kept.attribute('labels')).toEqual(model.attribute('labels'));
    const x = ones([1, 8, 8]);
    const [got, wanted] = [kept.runSync('probabilities', [x]), model.runSync('probabilities', [x])];
    expect(got.sub(wanted).abs().max().item()).toBeLessThan(1e-5);
  });

  it('keeps the signature and its types', async () => {
    const image = tensorSchema({ dtype: 'float32', shape: ['batch', 16] });
    const signature = { inputs: { image }, output: tensorSchema() };
    using model = await loadModule(fixture('mlp'), { signature });
    using frozen = await jit.freeze(model);
    expectTypeOf(frozen).toEqualTypeOf(model);
    expect(caught(() => frozen.forwardSync(ones([1, 15]) as never)).code).toBe('ERR_SIGNATURE');
    expect(frozen.forwardSync(ones([1, 16]) as never)).toBeInstanceOf(Tensor);
  });

  it('refuses training mode, missing names and modules without forward', async () => {
    using training = load('chain-training');
    expect(caught(() => jit.freezeSync(training)).code).toBe('ERR_TRAINING');
    expect((await rejected(jit.freeze(training))).message).toMatch(/freeze.*eval\(\)/);
    using model = load('mlp');
    const wrong = { preservedAttributes: ['nope'] };
    expect(caught(() => jit.freezeSync(model, wrong))).toMatchObject({ code: 'ERR_NO_ATTRIBUTE' });
    expect(caught(() => jit.freezeSync(load('no-forward'))).code).toBe('ERR_NO_METHOD');
  });

  it('freezes what is frozen again', () => {
    using model = load('mlp');
    using twice = jit.freezeSync(jit.freezeSync(model));
    const x = ones([1, 16]) as never;
    const far = (model.forwardSync(x) as Tensor).sub(twice.forwardSync(x)).abs().max().item();
    expect(far).toBeLessThan(1e-6);
  });
});

describe('a frozen module', () => {
  it('cannot be moved or cast', async () => {
    using frozen = jit.freezeSync(load('mlp'));
    expect(caught(() => frozen.toSync('float64'))).toMatchObject({ code: 'ERR_FROZEN' });
    expect((await rejected(frozen.to('cpu'))).message).toMatch(/frozen.*before freezing/s);
  });

  it('is cloned, shared and saved like any other', async () => {
    using frozen = jit.freezeSync(load('resnet'));
    const x = randn([1, 3, 32, 32]) as never;
    const y = frozen.forwardSync(x) as Tensor;
    using clone = await frozen.clone();
    using loaded = await loadModule(await frozen.toBytes());
    expect(y.equal(clone.forwardSync(x))).toBe(true);
    expect(y.equal(loaded.forwardSync(x))).toBe(true);
  });
});

describe('optimizeForInference', () => {
  it.each(['resnet', 'chain', 'mlp'])('gives the outputs of the source: %s', async (name) => {
    using model = load(name);
    using fast = await jit.optimizeForInference(model);
    using faster = jit.optimizeForInferenceSync(jit.freezeSync(model));
    const { args, result } = moduleFixture(name).cases[0]!;
    for (const each of [fast, faster]) {
      const input = args.map(toInput) as never[];
      expectValue(each.forwardSync(...input), result!, { atol: 1e-5 });
    }
    expect(model.namedParameters().size).toBeGreaterThan(0);
  });

  it('keeps and optimizes the methods that are asked for', async () => {
    using model = loadModuleSync('examples/digits/digits-scripted.pt');
    using fast = await jit.optimizeForInference(model, { methods: ['probabilities'] });
    const x = ones([1, 8, 8]);
    const [got, wanted] = [fast.runSync('probabilities', [x]), model.runSync('probabilities', [x])];
    expect(got.sub(wanted).abs().max().item()).toBeLessThan(1e-5);
    const methods = ['nope'];
    const wrong = caught(() => jit.optimizeForInferenceSync(model, { methods }));
    expect(wrong).toMatchObject({ code: 'ERR_NO_METHOD' });
    expect(wrong.message).toContain('probabilities');
  });

  it('is saved where files can hold it, and refuses to write what nothing can read', async () => {
    using linear = jit.optimizeForInferenceSync(load('mlp'));
    expect(loadModuleSync(linear.toBytesSync()).forwardSync(ones([1, 16])).shape).toEqual([1, 4]);
    using convolution = jit.optimizeForInferenceSync(load('resnet'));
    expect(await rejected(convolution.toBytes())).toMatchObject({ code: 'ERR_SAVE_FAILED' });
    expect(caught(() => convolution.toBytesSync()).message).toContain('oneDNN');
  });
});

describe('both', () => {
  it('refuse what is no module, disposed modules and wrong options', async () => {
    for (const wrong of [null, undefined, 3, {}, 'mlp.pt', ones([1])] as never[]) {
      expect(await rejected(jit.freeze(wrong))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
      expect(caught(() => jit.optimizeForInferenceSync(wrong)).message).toContain('ScriptModule');
    }
    const model = load('mlp');
    const names = { preservedAttributes: 'fc1' as never };
    expect(caught(() => jit.freezeSync(model, names)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => jit.freezeSync(model, { nope: 1 } as never))).toMatchObject({
      code: 'ERR_UNKNOWN_ARGUMENT',
    });
    model.dispose();
    expect(caught(() => jit.freezeSync(model)).code).toBe('ERR_DISPOSED');
    expect((await rejected(jit.optimizeForInference(model))).code).toBe('ERR_DISPOSED');
  });

  it('reject with the reason of a signal that aborts', async () => {
    using model = load('resnet');
    const reason = new Error('enough');
    expect((await rejected(jit.freeze(model, { signal: AbortSignal.abort(reason) }))).error).toBe(
      reason,
    );
    const controller = new AbortController();
    const pending = rejected(jit.optimizeForInference(model, { signal: controller.signal }));
    controller.abort(reason);
    expect((await pending).error).toBe(reason);
    const wrong = jit.freeze(model, { signal: 'stop' as never });
    expect((await rejected(wrong)).code).toBe('ERR_INVALID_ARG_TYPE');
  });

  it('run beside runs in flight', async () => {
    using model = loadModuleSync(fixture('five-ms'));
    const x = ones([32, 512]);
    const runs = Array.from({ length: 4 }, () => model.forward(x));
    using frozen = jit.freezeSync(model);
    const [y] = await Promise.all(runs);
    expect(frozen.forwardSync(x).sub(y!).abs().max().item()).toBeLessThan(1e-5);
  });
});
