import { describe, expect, it } from 'vitest';
import { loadModuleSync, type Tensor } from '../../src/index.js';
import { fixture, moduleFixture, tensorGoldens } from '../fixtures/fixtures.js';
import { type EncodedTensor, toInput, toTensor } from '../fixtures/values.js';

interface Golden {
  readonly name: string;
  readonly tensor: EncodedTensor;
  readonly permute?: readonly number[];
  readonly text: string;
}
const { printing } = tensorGoldens<{ printing: readonly Golden[] }>();

describe('toString', () => {
  it.each(printing.map((golden) => [golden.name, golden] as const))(
    'prints as PyTorch: %s',
    (_, { tensor, permute, text }) => {
      const dense = toTensor(tensor);
      const shown = permute === undefined ? dense : dense.permute(permute);
      expect(shown.toString()).toBe(text);
    },
  );

  it('says which tensors require gradients', () => {
    const model = loadModuleSync(fixture('mlp'));
    const parameters = [...model.namedParameters()].map(([name, parameter]) => [
      name,
      parameter.toString(),
    ]);
    expect(Object.fromEntries(parameters)).toEqual(moduleFixture('mlp').printed);
  });

  it('prints quantized tensors and views of other layouts', () => {
    const { printed, quantizedOf } = moduleFixture('dtypes');
    const model = loadModuleSync(fixture('dtypes'));
    const input = toInput(quantizedOf!);
    const tensors: Record<string, Tensor> = {
      ...model.runSync<Record<string, Tensor>>('quantized', [input]),
      ...model.runSync<Record<string, Tensor>>('layouts', [input]),
    };
    const texts = Object.entries(tensors).map(([name, tensor]) => [name, tensor.toString()]);
    expect(Object.fromEntries(texts)).toEqual(printed);
  });
});
