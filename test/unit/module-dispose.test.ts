import { describe, expect, expectTypeOf, it } from 'vitest';

import { DisposedError, loadModule, type Module, ones, ScriptModule } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { codedAs } from './coded.js';
import { load } from './load-fixture.js';

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
    for (const call of gone) expect(call).toThrow(codedAs('ERR_DISPOSED', 'DisposedError'));
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
      codedAs('ERR_ILLEGAL_CONSTRUCTOR'),
    );
    const foreign = Object.create(ScriptModule.prototype) as ScriptModule;
    expect(() => foreign.forwardSync()).toThrow(TypeError);
    expectTypeOf<ScriptModule>().toExtend<Module>();
  });
});
