import type { QuantizedLayer, ScriptModule, Tensor, Torch } from '../torch.js';
import type { WeightSpread } from './findings.js';

const STEPS = 64;

function spreadOf(torch: Torch, name: string, weight: Tensor): WeightSpread {
  return torch.tidy(() => {
    const flat = weight.detach().to('float64').reshape(-1) as Tensor;
    const [min, max, mean] = [flat.min(), flat.max(), flat.mean()].map((one) => {
      return one.item() as number;
    }) as [number, number, number];
    const deviation = flat.sub(mean).square().mean().sqrt().item() as number;
    const counts = [...flat.histc(STEPS, min, max).toTypedArray()].map(Number);
    const { shape, numel: elements } = weight;
    return { name, shape, elements, min, max, mean, deviation, counts };
  });
}

/** How the weights of layers were spread in float, where they have names. */
export function weightSpreads(
  torch: Torch,
  model: ScriptModule,
  layers: readonly QuantizedLayer[],
): WeightSpread[] {
  const parameters = model.namedParameters();
  return layers.flatMap(({ name }) => {
    // Biases, which have one dimension, stay in float.
    const own = [...parameters].filter(([path, { shape, numel }]) => {
      return (path === name || path.startsWith(`${name}.`)) && shape.length > 1 && numel > 1;
    });
    return own.map(([path, weight]) => spreadOf(torch, own.length === 1 ? name : path, weight));
  });
}
