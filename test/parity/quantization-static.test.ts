import { afterAll, describe, expect, it } from 'vitest';
import {
  backends,
  loadModuleSync,
  quantizeStatic,
  quantizeStaticSync,
  setWarningHandler,
} from '../../src/index.js';
import {
  batchesOf,
  quantizationStatic,
  quantizationStaticFile,
  type StaticCase,
  type StaticFixture,
} from '../fixtures/quantization-static.js';
import { expectValue } from '../fixtures/values.js';

const exactly = { atol: 0, rtol: 0 };
const { engine: engineBefore } = backends.quantized;

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});
afterAll(() => {
  backends.quantized.engine = engineBefore;
});

function rows(): [string, StaticFixture, StaticCase][] {
  return Object.entries(quantizationStatic).flatMap(([name, fixture]) =>
    fixture.cases.map((one): [string, StaticFixture, StaticCase] => [
      `${name}, ${one.observers}, ${one.engine}`,
      fixture,
      one,
    ]),
  );
}

describe("quantizeStatic gives what Python's quantize_jit gives, bit for bit", () => {
  it.each(rows())('%s', async (_, fixture, { engine, observers, result: expected }) => {
    // Additions and poolings look at the engine of the process when they run.
    backends.quantized.engine = engine;
    using model = loadModuleSync(quantizationStaticFile(fixture.file));
    const batches = batchesOf(fixture);
    using result = await quantizeStatic(model, batches, { engine, observers });
    expect(result.skipped).toEqual([]);
    expectValue(await result.module.forward(batches[0]!), expected, exactly);
    using again = quantizeStaticSync(model, batches, { engine, observers });
    expectValue(again.module.forwardSync(batches[0]!), expected, exactly);
  });
});
