import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import {
  loadModuleSync,
  memoryUsage,
  ones,
  SignatureError,
  type Tensor,
  tensorSchema,
} from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { collected } from './collected.js';
import { messageOf } from './signature-error.js';
import { image, model } from './signed-mlp.js';

const pass = (value: unknown): never => value as never;

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
