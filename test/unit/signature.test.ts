import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import {
  loadModule,
  loadModuleSync,
  type ModuleSignature,
  memoryUsage,
  moduleFromShared,
  ones,
  type ScriptModule,
  SignatureError,
  Tensor,
  tensor,
  tensorSchema,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { collected } from './collected.js';

const image = tensorSchema({ dtype: 'float32', shape: ['batch', 16] });
const scores = tensorSchema({ dtype: 'float32', shape: ['batch', 4] });
const signature = { inputs: { image }, output: scores };
const model = loadModuleSync(fixture('mlp'), { signature });
const anyTensor = tensorSchema();
afterAll(() => model.dispose());

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(SignatureError);
    expect(error).toMatchObject({ code: 'ERR_SIGNATURE' });
    return (error as Error).message;
  }
  throw new Error('expected a SignatureError');
}
const pass = (value: unknown): never => value as never;

describe('tensorSchema', () => {
  it('checks dtype and shape, and agreement within the tensor', () => {
    expect(image.safeParse(ones([2, 16])).success).toBe(true);
    expect(image.parse(ones([0, 16])).shape).toEqual([0, 16]);
    const square = tensorSchema({ shape: ['n', 'n'] });
    expect(square.safeParse(ones([3, 3])).success).toBe(true);
    expect(square.safeParse(ones([3, 4])).success).toBe(false);
    expect(tensorSchema().safeParse(ones([1])).success).toBe(true);
    expect(tensorSchema({ shape: [-1, null] }).safeParse(ones([5, 6])).success).toBe(true);
    expectTypeOf<z.output<typeof image>>().toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf<z.output<typeof square>>().toEqualTypeOf<Tensor>();
  });

  it('says what it expected and what came', () => {
    const reason = (value: unknown) => image.safeParse(value).error?.issues[0]?.message;
    expect(reason(ones([2, 15]))).toBe(
      'expected float32 [batch, 16], got float32 [2, 15] (dimension 1: expected 16, got 15)',
    );
    expect(reason(ones([2, 16], { dtype: 'float64' }))).toBe(
      'expected float32 [batch, 16], got float64 [2, 16] (dtype)',
    );
    expect(reason(ones([16]))).toMatch(/expected 2 dimensions, got 1/);
    expect(reason('x')).toBe("expected float32 [batch, 16], got string 'x'");
    expect(reason(null)).toBe('expected float32 [batch, 16], got null');
  });

  it('refuses a wrong pattern when it is made', () => {
    expect(() => tensorSchema({ shape: [1.5] })).toThrow(/dimension 0/);
    expect(() => tensorSchema({ dtype: 'float33' as never })).toThrow(/float33/);
  });
});

describe('the check of a call', () => {
  it('lets fitting values through, however they are passed', async () => {
    const x = ones([2, 16]);
    const y = model.forwardSync(x);
    expect(y.shape).toEqual([2, 4]);
    expect((await model.forward(x)).equal(y)).toBe(true);
    expect(model.runSync('forward', [x]).equal(y)).toBe(true);
    expect(model.runSync('forward', [], { kwargs: { x } }).equal(y)).toBe(true);
    expect((await model.run('forward', [], { kwargs: { x } })).equal(y)).toBe(true);
    expect(model.runSync('forward', [], { kwargs: { image: x } }).equal(y)).toBe(true);
  });

  it('names input, expected and actual', async () => {
    const expected =
      "forward: input 'image': expected float32 [batch, 16], got float32 [1, 15] " +
      '(dimension 1: expected 16, got 15)';
    const wrong = ones([1, 15]);
    const calls = [
      () => model.forwardSync(wrong),
      () => model.runSync('forward', [wrong]),
      () => model.runSync('forward', [], { kwargs: { x: wrong } }),
    ];
    for (const call of calls) expect(messageOf(call)).toBe(expected);
    await expect(model.forward(wrong)).rejects.toThrow(expected);
    await expect(model.run('forward', [wrong])).rejects.toThrow(expected);
    await expect(model.run('forward', [], { kwargs: { x: wrong } })).rejects.toThrow(expected);
    expect(messageOf(() => model.forwardSync(pass(ones([1, 16], { dtype: 'int64' }))))).toBe(
      "forward: input 'image': expected float32 [batch, 16], got int64 [1, 16] (dtype)",
    );
    expect(messageOf(() => model.forwardSync(pass([1, 2])))).toBe(
      "forward: input 'image': expected float32 [batch, 16], got array of 2",
    );
  });

  it('names counts', () => {
    const run = (args: Tensor[]) => messageOf(() => model.runSync('forward', args));
    expect(run([])).toBe('forward: expected 1 inputs (image), got 0');
    expect(run([ones([1]), ones([1])])).toBe('forward: expected 1 inputs (image), got 2');
    expect(messageOf(() => model.runSync('forward', [], { kwargs: {} }))).toBe(
      "forward: input 'image': missing",
    );
  });

  it('checks the output, and disposes what does not fit', async () => {
    const wrong = tensorSchema({ dtype: 'float32', shape: ['batch', 5] });
    using strict = loadModuleSync(fixture('mlp'), {
      signature: { inputs: { image }, output: wrong },
    });
    const x = ones([2, 16]);
    await collected();
    const { tensors } = memoryUsage();
    expect(messageOf(() => strict.forwardSync(x))).toBe(
      'forward: output: expected float32 [batch, 5], got float32 [2, 4] ' +
        '(dimension 1: expected 5, got 4)',
    );
    await expect(strict.forward(x)).rejects.toBeInstanceOf(SignatureError);
    await expect(strict.run('forward', [x], {})).rejects.toBeInstanceOf(SignatureError);
    expect(memoryUsage().tensors).toBe(tensors);
  });

  it('carries the frames of whoever awaits it', async () => {
    async function handlerOfTheUser(): Promise<void> {
      await model.forward(ones([1, 15]));
    }
    const error = await handlerOfTheUser().catch((reason: unknown) => reason);
    expect((error as Error).stack).toMatch(/at (async )?handlerOfTheUser/);
  });

  it('leaves other methods alone', () => {
    using other = loadModuleSync(fixture('arguments'), {
      signature: {
        inputs: z.tuple([tensorSchema({ shape: [2] })]),
        output: z.unknown(),
      },
    });
    expect(other.runSync('two_tensors', [ones([3]), ones([3])]).toArray()).toEqual([0, 0, 0]);
    expect(messageOf(() => other.forwardSync(ones([3])))).toMatch(/^forward: input 'x'/);
  });
});

describe('named dimensions', () => {
  const pair = { a: tensorSchema({ shape: ['n'] }), b: tensorSchema({ shape: ['n'] }) };
  const load = (output: z.ZodType) =>
    loadModuleSync(fixture('traced-outputs'), { signature: { inputs: pair, output } });

  it('agree across the inputs of a call', () => {
    using traced = load(z.unknown());
    expect(messageOf(() => traced.forwardSync(ones([2]), ones([3])))).toBe(
      "forward: input 'b': expected a tensor [n], got float32 [3] " +
        "(dimension 0: 'n' is 2 in input 'a', got 3)",
    );
    expect(traced.forwardSync(ones([5]), ones([5]))).toHaveLength(2);
    expect(traced.forwardSync(ones([2]), ones([2]))).toHaveLength(2);
  });

  it('agree with the output, at any depth', () => {
    const values = z.object({ product: pair.a, difference: tensorSchema({ shape: [2] }) });
    using traced = load(z.tuple([pair.a, values]));
    expect(traced.forwardSync(ones([2]), ones([2]))).toHaveLength(2);
    expect(messageOf(() => traced.forwardSync(ones([3]), ones([3])))).toBe(
      'forward: output[1].difference: expected a tensor [2], got float32 [3] ' +
        '(dimension 0: expected 2, got 3)',
    );
    using record = load(z.tuple([pair.a, z.record(z.string(), tensorSchema({ shape: ['m'] }))]));
    expect(record.forwardSync(ones([3]), ones([3]))).toHaveLength(2);
    using odd = load(z.tuple([pair.a, z.record(z.string(), tensorSchema({ shape: ['n', 1] }))]));
    expect(messageOf(() => odd.forwardSync(ones([3]), ones([3])))).toMatch(
      /^forward: output\[1\]\.(product|difference): .*expected 2 dimensions, got 1/,
    );
  });
});

describe('other schemas', () => {
  const result = z.tuple([z.instanceof(Tensor), z.string(), z.array(z.number()), z.boolean()]);

  it('are run by zod, transforms and defaults included', () => {
    using signed = loadModuleSync(fixture('arguments'), {
      signature: {
        inputs: z.tuple([
          tensorSchema({ dtype: 'float32' }),
          z.number().max(10),
          z.number().int(),
          z.string().trim(),
        ]),
        output: result,
      },
    });
    expectTypeOf(signed.forwardSync).parameters.toEqualTypeOf<
      [Tensor<'float32'>, number, number, string]
    >();
    expectTypeOf(signed.forwardSync).returns.toEqualTypeOf<[Tensor, string, number[], boolean]>();
    const [y, name, sizes] = signed.forwardSync(tensor([1]), 3, 1, '  trimmed ');
    expect([y.toArray(), name, sizes]).toEqual([[3], 'trimmed', [1, 2]]);
    expect(messageOf(() => signed.forwardSync(tensor([1]), 11, 1, ''))).toMatch(
      /^forward: input 'scale': .*10.*, got 11$/,
    );
  });

  it('may leave arguments out', () => {
    using signed = loadModuleSync(fixture('arguments'), {
      signature: {
        inputs: z.tuple([tensorSchema(), z.number().optional()]),
        output: result,
      },
    });
    expect(signed.forwardSync(tensor([1]))[0].toArray()).toEqual([2]);
    expect(signed.forwardSync(tensor([1]), 3)[0].toArray()).toEqual([3]);
    expect(messageOf(() => signed.runSync('forward', []))).toBe(
      'forward: expected 1 to 2 inputs (x, scale), got 0',
    );
  });

  it('take null where they are nullable', () => {
    const inputs = z.tuple([
      tensorSchema(),
      z.number(),
      z.number(),
      z.string(),
      z.array(z.number()),
    ]);
    using signed = loadModuleSync(fixture('arguments'), {
      signature: {
        inputs: z.tuple([...inputs.def.items, tensorSchema({ shape: [1] }).nullable()]),
        output: result,
      },
    });
    const call = (mask: Tensor | null) => signed.forwardSync(tensor([1]), 1, 1, '', [], mask)[3];
    expect(call(null)).toBe(false);
    expect(call(ones([1]))).toBe(true);
    expect(messageOf(() => call(ones([2])))).toMatch(/input 'mask': expected a tensor \[1\]/);
  });

  it('refine tensors too', () => {
    const positive = tensorSchema({ dtype: 'float32' }).refine(
      (t) => (t.numel === 1 ? Number(t.item()) > 0 : true),
      'not positive',
    );
    using signed = loadModuleSync(fixture('echo'), {
      signature: { inputs: { x: positive }, output: tensorSchema({ dtype: 'float32' }) },
    });
    expect(signed.forwardSync(ones([1])).item()).toBe(1);
    expect(messageOf(() => signed.forwardSync(zeros([1])))).toBe(
      "forward: input 'x': not positive, got float32 [1]",
    );
  });
});

describe('a signature that cannot be', () => {
  const refused = (inputs: unknown, output: unknown, name = 'mlp') =>
    messageOf(() => loadModuleSync(fixture(name), { signature: { inputs, output } as never }));

  it('is refused when the module is loaded', async () => {
    expect(refused({ a: image, b: image }, scores)).toBe(
      'signature: has 2 inputs (a, b), forward takes (x: Tensor)',
    );
    expect(refused({}, scores)).toMatch(/has 0 inputs/);
    expect(refused(5, scores)).toMatch(/inputs: expected an object of schemas or a z.tuple/);
    expect(refused(z.string(), scores)).toMatch(/expected an object or a z.tuple, got z.string/);
    expect(refused({ image: 5 }, scores)).toBe("signature: input 'image': expected a zod 4 schema");
    expect(refused({ image }, undefined)).toBe('signature: output: expected a zod 4 schema');
    expect(refused({ 0: image }, scores)).toMatch(/'0' is no name; use a z.tuple/);
    expect(refused(z.tuple([image], image), scores)).toMatch(/no rest arguments/);
    expect(refused({ image }, scores, 'no-forward')).toMatch(/encode, decode|decode, encode/);
    await expect(loadModule(fixture('no-forward'), { signature })).rejects.toBeInstanceOf(
      SignatureError,
    );
  });
});

describe('model.signature', () => {
  it('is plain data with names', () => {
    expect(model.signature).toEqual({
      inputs: [
        { name: 'image', kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: ['batch', 16] },
      ],
      output: { kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: ['batch', 4] },
    });
    expect(structuredClone(model.signature)).toEqual(model.signature);
    expect(JSON.parse(JSON.stringify(model.signature))).toEqual(model.signature);
    expectTypeOf(model.signature).toEqualTypeOf<ModuleSignature | null>();
  });

  it('comes from the schema of forward when none was given', () => {
    using plain = loadModuleSync(fixture('arguments'));
    expect(plain.signature).toEqual({
      inputs: [
        { name: 'x', kind: 'tensor', type: 'Tensor' },
        { name: 'scale', kind: 'value', type: 'float', optional: true },
        { name: 'times', kind: 'value', type: 'int', optional: true },
        { name: 'name', kind: 'value', type: 'str', optional: true },
        { name: 'sizes', kind: 'value', type: 'List[int]', optional: true },
        { name: 'mask', kind: 'tensor', type: 'Optional[Tensor]', optional: true, nullable: true },
      ],
      output: { kind: 'value', type: 'Tuple[Tensor, str, List[int], bool]' },
    });
  });

  it('shows nested values', () => {
    const output = z.tuple([anyTensor, z.object({ product: anyTensor, difference: anyTensor })]);
    using traced = loadModuleSync(fixture('traced-outputs'), {
      signature: { inputs: { a: anyTensor, b: anyTensor }, output },
    });
    expect(traced.signature?.output).toMatchObject({
      kind: 'tuple',
      items: [
        { kind: 'tensor' },
        { kind: 'object', items: [{ name: 'product' }, { name: 'difference' }] },
      ],
    });
  });
});

describe('a signature stays', () => {
  const wrong = ones([1, 15]);

  it('with a clone', async () => {
    using copy = await model.clone();
    using second = model.cloneSync();
    for (const one of [copy, second]) {
      expect(messageOf(() => one.forwardSync(wrong))).toMatch(/^forward: input 'image'/);
      expect(one.signature).toEqual(model.signature);
    }
  });

  it('with a shared module, in plain data', async () => {
    using owner = loadModuleSync(fixture('mlp'), { signature });
    const handle = structuredClone(owner.share());
    expect(handle.signature).toEqual(owner.signature);
    using other = moduleFromShared<[Tensor<'float32'>], Tensor<'float32'>>(handle);
    expectTypeOf(other).toEqualTypeOf<ScriptModule<[Tensor<'float32'>], Tensor<'float32'>>>();
    expect(other.forwardSync(ones([2, 16])).shape).toEqual([2, 4]);
    expect(messageOf(() => other.forwardSync(wrong))).toMatch(/^forward: input 'image'/);
    await expect(other.forward(wrong)).rejects.toBeInstanceOf(SignatureError);
  });
});
