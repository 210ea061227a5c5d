import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  jit,
  loadModule,
  loadModuleSync,
  ones,
  type QuantizationResult,
  quantizeDynamic,
  quantizeDynamicSync,
  randn,
  type ScriptModule,
  setWarningHandler,
  type Tensor,
  zeros,
} from '../../../src/index.js';
import { quantizationFile } from '../../fixtures/quantization.js';
import { caught } from '../caught.js';

const mlp = (): ScriptModule => loadModuleSync(quantizationFile('mlp.pt'));
const x = randn([3, 16]);

// Quantized tensors are deprecated, and LibTorch says so.
beforeAll(() => setWarningHandler(() => {}));

describe('quantizeDynamic', () => {
  it('gives a module of its own, a quarter as large where its layers are', async () => {
    using model = loadModuleSync(quantizationFile('transformer.pt'));
    using result = await quantizeDynamic(model);
    expectTypeOf(result).toEqualTypeOf<QuantizationResult>();
    const input = randn([2, 7, 16]);
    const difference = (await result.module.forward(input)).sub(await model.forward(input));
    expect(difference.abs().max().item()).toBeLessThan(0.5);
    expect(result.module.graph('forward')).not.toContain('aten::linear');
    expect(result.quantized.map(({ name }) => name)).toEqual([
      'layers.0.self_attn',
      'layers.0.self_attn.out_proj',
      'layers.0.linear1',
      'layers.0.linear2',
      'layers.1.self_attn',
      'layers.1.self_attn.out_proj',
      'layers.1.linear1',
      'layers.1.linear2',
    ]);
  });

  it('leaves the source as it is', async () => {
    using model = mlp();
    model.train();
    const [before, code] = [await model.forward(x), model.code('forward')];
    const weights = [...model.stateDict().values()].map((weight) => weight.toArray());
    using result = await quantizeDynamic(model);
    using _twin = quantizeDynamicSync(model);
    expect(result.module.namedParameters().size).toBe(0);
    expect(model.training).toBe(true);
    expect(model.code('forward')).toBe(code);
    expect([...model.stateDict().values()].map((weight) => weight.toArray())).toEqual(weights);
    expect((await model.forward(x)).equal(before)).toBe(true);
    for (const weight of model.parameters()) weight.detach().zero_();
    expect((await result.module.forward(x)).equal(await model.forward(x))).toBe(false);
  });

  it('tells which layers it skipped, and why', async () => {
    using model = loadModuleSync(quantizationFile('cnn.pt'));
    using result = await quantizeDynamic(model);
    expect(result.quantized).toEqual([{ name: 'fc', kind: 'linear', dtype: 'qint8' }]);
    const reason = 'dynamic quantization is for linear, lstm and gru layers and cells';
    expect(result.skipped).toEqual([{ name: 'conv', kind: 'conv2d', reason }]);
    await model.to('float64');
    using none = await quantizeDynamic(model, { layers: 'fc' });
    expect(none.quantized).toEqual([]);
    expect(none.skipped).toEqual([
      { name: 'conv', kind: 'conv2d', reason: 'it was not selected' },
      { name: 'fc', kind: 'linear', reason: 'its weight is not float32' },
    ]);
  });

  it.each<[string, Parameters<typeof quantizeDynamicSync>[1], string[]]>([
    ['a name', { layers: 'fc1' }, ['fc1']],
    ['a module above', { layers: 'head' }, ['head.1']],
    ['a star', { layers: 'fc*' }, ['fc1', 'fc2']],
    ['a pattern', { layers: /\d$/g }, ['fc1', 'fc2', 'head.1']],
    ['several', { layers: ['fc2', /^head/] }, ['fc2', 'head.1']],
    [
      'a function',
      { layers: ({ name, kind }) => kind === 'linear' && name > 'fc1' },
      ['fc2', 'head.1'],
    ],
    ['nothing', { layers: [] }, []],
  ])('selects layers by %s', (_, options, names) => {
    using model = mlp();
    using result = quantizeDynamicSync(model, options);
    expect(result.quantized.map(({ name }) => name)).toEqual(names);
    expect(result.skipped).toHaveLength(3 - names.length);
    expect([...result.module.namedParameters().keys()].some((key) => names.includes(key))).toBe(
      false,
    );
  });

  it('goes on where it stopped, and over frozen modules', async () => {
    using model = mlp();
    using whole = quantizeDynamicSync(model);
    using first = quantizeDynamicSync(model, { layers: 'fc1' });
    using rest = quantizeDynamicSync(first.module);
    using frozen = await jit.freeze(model);
    using ofFrozen = await quantizeDynamic(frozen);
    using loaded = await loadModule(await frozen.toBytes());
    using ofLoaded = await quantizeDynamic(loaded);
    const expected = whole.module.forwardSync(x);
    const names = ({ quantized }: QuantizationResult): string[] =>
      quantized.map(({ name }) => name);
    expect(names(rest)).toEqual(['fc2', 'head.1']);
    expect(names(ofFrozen)).toEqual(['fc1', 'fc2', 'head.1']);
    expect(names(ofLoaded)).toEqual(['linear_0', 'linear_1', 'linear_2']);
    for (const result of [rest, ofFrozen, ofLoaded]) {
      expect(result.module.forwardSync(x).equal(expected)).toBe(true);
    }
  });

  it('gives modules that freeze, optimize, copy and run in the lite interpreter', async () => {
    using model = mlp();
    using result = await quantizeDynamic(model);
    const expected = await result.module.forward(x);
    for (const make of [jit.freeze, jit.optimizeForInference, jit.optimizeForMobile]) {
      using made = await make(result.module);
      expect((await made.forward(x)).equal(expected)).toBe(true);
      using again = await loadModule(await made.toBytes());
      expect((await again.forward(x)).equal(expected)).toBe(true);
    }
    using copy = await result.module.clone();
    expect((await copy.forward(x)).equal(expected)).toBe(true);
  });

  it('packs weights that are computed of others', async () => {
    const weights = randn([12, 16]);
    using traced = jit.trace((input: Tensor) => input.matmul(weights.t()), [x]);
    using split = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n' +
        '    a, b = torch.chunk(self.w, 2)\n' +
        '    return torch.linear(x, a) + torch.linear(x, torch.mul(b, self.scale))\n',
      { parameters: { w: weights }, buffers: { scale: ones([1]) } },
    );
    for (const model of [traced, split] as ScriptModule[]) {
      using result = await quantizeDynamic(model);
      expect(result.skipped).toEqual([]);
      expect(result.quantized.length).toBeGreaterThan(0);
      const difference = (await result.module.forward(x)).sub(await model.forward(x));
      expect(difference.abs().max().item()).toBeLessThan(0.5);
    }
  });

  it('packs weights of modules that keep count beside them', async () => {
    using model = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n' +
        '    self.seen.add_(1)\n' +
        '    return torch.linear(x, self.w) * self.seen\n',
      { parameters: { w: randn([12, 16]) }, buffers: { seen: zeros([1]) } },
    );
    using result = await quantizeDynamic(model);
    expect(result.quantized).toEqual([{ name: 'w', kind: 'linear', dtype: 'qint8' }]);
    const [first, second] = [await result.module.forward(x), await result.module.forward(x)];
    expect(second.equal(first.mul(2))).toBe(true);
    expect(model.namedBuffers().get('seen')!.item()).toBe(0);
  });

  it('names recurrent layers as their module does', () => {
    using model = loadModuleSync(quantizationFile('lstm-deep.pt'));
    using result = quantizeDynamicSync(model, { layers: 'rnn' });
    expect(result.quantized).toEqual([{ name: 'rnn', kind: 'lstm', dtype: 'qint8' }]);
  });

  it('leaves weights that change while they run', async () => {
    using model = jit.compile(
      'def forward(self, x: Tensor) -> Tensor:\n' +
        '    w = self.w + 1\n' +
        '    y = torch.linear(x, w)\n' +
        '    w.zero_()\n' +
        '    return y + torch.linear(x, w)\n',
      { parameters: { w: randn([12, 16]) } },
    );
    using result = await quantizeDynamic(model);
    expect(result.quantized).toEqual([]);
    expect(result.skipped[0]!.reason).toBe('its weights change while it runs');
    expect((await result.module.forward(x)).equal(await model.forward(x))).toBe(true);
  });

  it('disposes of the module with the result', async () => {
    using model = mlp();
    const result: QuantizationResult = await quantizeDynamic(model);
    result[Symbol.dispose]();
    await expect(result.module.forward(x)).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_DISPOSED' }),
    );
  });

  it('rejects with the reason of its signal', async () => {
    using model = mlp();
    const reason = new Error('enough');
    await expect(quantizeDynamic(model, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    const controller = new AbortController();
    const pending = quantizeDynamic(model, { signal: controller.signal });
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    const failure = new Error('mine');
    const layers = (): boolean => {
      throw failure;
    };
    await expect(quantizeDynamic(model, { layers })).rejects.toBe(failure);
  });

  it.each<[string, unknown, RegExp]>([
    ['ERR_NO_LAYER', { layers: 'fc' }, /'fc' matches no layer; there are: fc1 \(linear\), fc2/],
    ['ERR_NO_LAYER', { layers: ['fc1', /x$/] }, /\/x\$\/ matches no layer/],
    ['ERR_NO_LAYER', { layers: () => false }, /the function chose no layer/],
    ['ERR_INVALID_ARG_TYPE', { layers: 5 }, /layers: expected a name, a RegExp/],
    ['ERR_INVALID_ARG_TYPE', { layers: ['fc1', null] }, /got null/],
    ['ERR_ENGINE', { engine: 'tensorrt' }, /no quantized engine 'tensorrt'; it has: '/],
    ['ERR_ENGINE', { engine: 'qnnpack', dtype: 'float16' }, /'qnnpack' has no float16/],
    ['ERR_INVALID_ARG_TYPE', { engine: 5 }, /engine: expected the name of an engine/],
    ['ERR_INVALID_ARG_VALUE', { dtype: 'int4' }, /expected 'qint8' or 'float16'/],
    ['ERR_INVALID_ARG_TYPE', { perChannel: 1 }, /perChannel: expected true or false/],
    ['ERR_UNKNOWN_ARGUMENT', { layer: 'fc1' }, /layer/],
  ])('throws %s for %o', async (code, options, message) => {
    using model = mlp();
    const sync = caught(() => quantizeDynamicSync(model, options as never));
    expect(sync).toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(quantizeDynamic(model, options as never)).rejects.toMatchObject({ code });
  });

  it('throws for what is no TorchScript module, or is disposed', async () => {
    const model = mlp();
    model.dispose();
    await expect(quantizeDynamic(model)).rejects.toMatchObject({ code: 'ERR_DISPOSED' });
    expect(caught(() => quantizeDynamicSync({} as never))).toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});
