import { describe, expect, it } from 'vitest';
import { inspectModuleSync, loadModuleSync } from '../../src/index.js';
import { fixture, manifest } from '../fixtures/fixtures.js';

const names = Object.keys(manifest.modules);

describe('inspectModule says what LibTorch says of the loaded module:', () => {
  it.each(names)('%s', (name) => {
    using model = loadModuleSync(fixture(name));
    const { methods, modules, parameters, buffers, training, typeName } = inspectModuleSync(
      fixture(name),
    );
    const plain = (all: typeof model.methods) => all.map(({ stateful: _, ...method }) => method);
    const sorted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
      [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(sorted(methods)).toEqual(sorted(plain(model.methods)));
    expect(typeName).toBe(model.typeName);
    expect(new Map(modules.map((module) => [module.name, module.typeName]))).toEqual(
      model.namedModules(),
    );
    expect(training ?? true).toBe(model.training);
    for (const [shown, given] of [
      [parameters, model.namedParameters()],
      [buffers, model.namedBuffers()],
    ] as const) {
      const facts = [...given].map(([key, t]) => [key, t.shape, t.dtype, t.requiresGrad]);
      const told = shown.map(({ shape, dtype, requiresGrad, ...tensor }) => {
        return [tensor.name, shape, dtype, requiresGrad];
      });
      expect(told.sort()).toEqual(facts.sort());
    }
  });
});
