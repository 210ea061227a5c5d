import { afterAll, describe, expect, it } from 'vitest';
import {
  backends,
  loadModuleSync,
  type QuantizableLayer,
  quantizeStatic,
  quantizeStaticSync,
  setNumThreads,
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
// As Python ran: the last bits of convolutions depend on it, and ranges on them.
setNumThreads(1);
afterAll(() => {
  backends.quantized.engine = engineBefore;
});

function rows(): [string, StaticFixture, StaticCase][] {
  return Object.entries(quantizationStatic).flatMap(([name, fixture]) =>
    fixture.cases.map((one): [string, StaticFixture, StaticCase] => [
      `${[name, one.observers, one.engine, ...one.without.map((layer) => `not ${layer}`)].join(', ')}`,
      fixture,
      one,
    ]),
  );
}

describe("quantizeStatic gives what Python's quantize_jit gives, bit for bit", () => {
  it.each(rows())('%s', async (_, fixture, one) => {
    const { engine, observers, without, result: expected } = one;
    const options = {
      engine,
      observers,
      layers: ({ name }: QuantizableLayer) => !without.includes(name),
    };
    // Additions and poolings look at the engine of the process when they run.
    backends.quantized.engine = engine;
    using model = loadModuleSync(quantizationStaticFile(fixture.file));
    const batches = batchesOf(fixture);
    using result = await quantizeStatic(model, batches, options);
    expect(result.skipped.map(({ name }) => name)).toEqual(without);
    expectValue(await result.module.forward(batches[0]!), expected, exactly);
    using again = quantizeStaticSync(model, batches, options);
    expectValue(again.module.forwardSync(batches[0]!), expected, exactly);
  });
});
