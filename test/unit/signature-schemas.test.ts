import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import {
  loadModule,
  loadModuleSync,
  ones,
  SignatureError,
  Tensor,
  tensor,
  tensorSchema,
  zeros,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { messageOf } from './signature-error.js';
import { image, scores, signature } from './signed-mlp.js';

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
