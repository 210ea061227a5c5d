import { describe, expect, it } from 'vitest';
import {
  loadModuleSync,
  quantizeDynamic,
  quantizeDynamicSync,
  setWarningHandler,
} from '../../src/index.js';
import {
  type DynamicCase,
  type DynamicFixture,
  inputsOf,
  quantization,
  quantizationFile,
} from '../fixtures/quantization.js';
import { expectValue } from '../fixtures/values.js';

const exactly = { atol: 0, rtol: 0 };

// Quantized tensors are deprecated, and LibTorch says so.
setWarningHandler(() => {});

function rows(fixtures: Readonly<Record<string, DynamicFixture>>): [string, DynamicCase, string][] {
  return Object.entries(fixtures).flatMap(([name, { cases }]) =>
    cases.map((one): [string, DynamicCase, string] => [
      `${name}, ${one.config}, ${one.engine}`,
      one,
      name,
    ]),
  );
}

function optionsOf({ engine, config }: DynamicCase) {
  return {
    engine,
    perChannel: config !== 'perTensor',
    dtype: config === 'float16' ? ('float16' as const) : ('qint8' as const),
  };
}

describe("linear layers quantize to what Python's quantize_dynamic_jit gives, bit for bit", () => {
  it.each(rows(quantization.jit))('%s', async (_, one, name) => {
    const fixture = quantization.jit[name]!;
    using model = loadModuleSync(quantizationFile(fixture.file));
    using result = await quantizeDynamic(model, {
      ...optionsOf(one),
      layers: ({ kind }) => kind === 'linear',
    });
    expect(result.quantized.every(({ kind }) => kind === 'linear')).toBe(true);
    expectValue(await result.module.forward(...inputsOf(fixture)), one.result, exactly);
  });
});

describe('a convolution that is used from several places keeps its batch norms', () => {
  it.each(Object.entries(quantization.shared))('%s', (name, fixture) => {
    using model = loadModuleSync(quantizationFile(`${name}.pt`));
    using result = quantizeDynamicSync(model);
    const close = { atol: 1e-5, rtol: 1e-5 };
    expectValue(result.module.forwardSync(...inputsOf(fixture)), fixture.result, close);
  });
});

describe("LSTM, GRU and linear layers quantize to what Python's quantize_dynamic gives, bit for bit", () => {
  it.each(rows(quantization.eager))('%s', (_, one, name) => {
    const fixture = quantization.eager[name]!;
    using model = loadModuleSync(quantizationFile(fixture.file));
    using result = quantizeDynamicSync(model, optionsOf(one));
    expect(result.skipped).toEqual([]);
    expectValue(result.module.forwardSync(...inputsOf(fixture)), one.result, exactly);
  });
});
