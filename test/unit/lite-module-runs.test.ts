import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createPool,
  loadModule,
  type ModuleInput,
  ones,
  type Tensor,
  tensorSchema,
  zeros,
} from '../../src/index.js';
import { mobileFile } from '../fixtures/mobile.js';
import { caught, rejected } from './caught.js';
import { lite, load } from './load-lite.js';

describe('LiteModule', () => {
  it('refuses keyword arguments, and says so', async () => {
    using model = load('values');
    const error = await rejected(model.run('forward', [ones([2])], { kwargs: { times: 3 } }));
    expect(error.code).toBe('ERR_UNSUPPORTED_FORMAT');
    expect(error.message).toContain('no keyword arguments, got times');
    const sync = caught(() => model.runSync('forward', [ones([2])], { kwargs: { times: 3 } }));
    expect(sync.message).toBe(error.message);
    expect(await model.run('forward', [ones([2])], { kwargs: {} })).toHaveLength(2);
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
