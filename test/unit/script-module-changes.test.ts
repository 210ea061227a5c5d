import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, expectTypeOf, it } from 'vitest';

import { ModuleBusyError } from '../../src/index.js';
import { moduleFixture } from '../fixtures/fixtures.js';
import { coded } from './coded.js';
import { load } from './load-fixture.js';

describe('train and eval', () => {
  it('change the mode of everything inside, and give the module back', () => {
    using model = load('modes');
    expect(model.training).toBe(false);
    expect(model.runSync<string>('mode')).toBe('eval');
    expect(model.train()).toBe(model);
    expect(model.training).toBe(true);
    expect(model.attribute('norm.training')).toBe(true);
    expect(model.runSync<string>('mode')).toBe('train');
    expect(model.eval()).toBe(model);
    expect(model.training).toBe(false);
    expect(model.train(false).training).toBe(false);
    expectTypeOf(model.eval()).toEqualTypeOf<typeof model>();
  });

  it('keep what a file was saved with', () => {
    using model = load('modes-training');
    expect(model.training).toBe(true);
  });
});

describe('to', () => {
  it('changes floating-point weights, and the device', async () => {
    using model = load('modes');
    expect(await model.to('cpu')).toBe(model);
    expect(await model.to({ dtype: 'float64' })).toBe(model);
    expect(model.stateDict().get('norm.weight')?.dtype).toBe('float64');
    expect(model.stateDict().get('norm.num_batches_tracked')?.dtype).toBe('int64');
    expect(model.toSync('float16').stateDict().get('norm.bias')?.dtype).toBe('float16');
    expect(model.toSync({ device: 'cpu', dtype: 'float32', nonBlocking: true })).toBe(model);
    expect(model.stateDict().get('norm.weight')?.dtype).toBe('float32');
  });

  it('refuses what is no target', async () => {
    using model = load('mlp');
    await expect(model.to(undefined as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    expect(() => model.toSync({ dtype: 'float33' } as never)).toThrow(/float33/);
    expect(() => model.toSync({ devise: 'cpu' } as never)).toThrow(coded('ERR_UNKNOWN_ARGUMENT'));
    await expect(model.to('nowhere')).rejects.toThrow(/nowhere/);
  });
});

describe('mutators during runs', () => {
  const steps = Math.ceil(moduleFixture('slow').perMillisecond!.forward * 100);

  it('wait, or throw ERR_MODULE_BUSY when synchronous', async () => {
    using model = load('slow');
    const runs = [model.forward(steps), model.forward(steps)];
    const weights = model.stateDict();
    const busy = [
      () => model.train(),
      () => model.eval(),
      () => model.toSync('cpu'),
      () => model.loadStateDictSync(weights),
      () => model.setAttribute('training', true),
    ];
    for (const call of busy) {
      expect(call).toThrow(ModuleBusyError);
      expect(call).toThrow(coded('ERR_MODULE_BUSY'));
    }
    const order: string[] = [];
    // A turn later: results that arrive together take different numbers of microtasks.
    const moved = model
      .to('float64')
      .then(() => nextTurn())
      .then(() => order.push('to'));
    const ran = runs.map((run) => run.then(() => order.push('run')));
    await Promise.all([moved, ...ran]);
    expect(order).toEqual(['run', 'run', 'to']);
    expect(model.train().training).toBe(true);
  });
});
