import { describe, expect, it } from 'vitest';
import { loadModule, loadModuleSync, type ModuleInput } from '../../src/index.js';
import { type FixtureCase, fixture, manifest } from '../fixtures/fixtures.js';
import { expectValue, toInput } from '../fixtures/values.js';

const tolerance = { atol: 1e-5 };

function show({ method, args, kwargs }: FixtureCase): string {
  const text = JSON.stringify(Object.keys(kwargs).length > 0 ? [args, kwargs] : args);
  return `${method} ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
}

function inputs({ args, kwargs }: FixtureCase): {
  args: ModuleInput[];
  options: { kwargs: Record<string, ModuleInput> } | undefined;
} {
  const named = Object.entries(kwargs).map(([name, value]) => [name, toInput(value)] as const);
  return {
    args: args.map(toInput),
    options: named.length > 0 ? { kwargs: Object.fromEntries(named) } : undefined,
  };
}

for (const [name, { about, cases }] of Object.entries(manifest.modules)) {
  if (cases.length === 0) continue;
  describe(`${name}: ${about}`, () => {
    it('gives what Python gives, asynchronously', async () => {
      const model = await loadModule(fixture(name));
      for (const call of cases) {
        const { args, options } = inputs(call);
        const run = model.run<unknown>(call.method, args, options);
        if (call.fails !== undefined) {
          await expect(run, show(call)).rejects.toThrow(call.fails);
        } else {
          expectValue(await run, call.result!, tolerance, show(call));
        }
      }
      model.dispose();
    });

    it('gives what Python gives, synchronously', () => {
      const model = loadModuleSync(fixture(name));
      for (const call of cases) {
        const { args, options } = inputs(call);
        const run = (): unknown => model.runSync<unknown>(call.method, args, options);
        if (call.fails !== undefined) expect(run, show(call)).toThrow(call.fails);
        else expectValue(run(), call.result!, tolerance, show(call));
      }
      model.dispose();
    });
  });
}
