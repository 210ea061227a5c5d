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
    const own = [...parameters].filter(([path]) => path.startsWith(`${name}.weight`));
    return own
      .filter(([, { numel }]) => numel > 1)
      .map(([path, weight]) => {
        return spreadOf(torch, own.length === 1 ? name : path, weight);
      });
  });
}
