import type { ImageOptions } from '../run/images.js';
import { normalization } from '../run/options.js';
import type { ModuleInput, ScriptModule, Torch } from '../torch.js';
import type { QuantizeOptions } from './options.js';

/** Rows, columns and channels of the images that a model is bundled with. */
function ofBundled(torch: Torch, bundled: readonly (readonly ModuleInput[])[]): number[] | null {
  const tensors = bundled.flat().filter((value) => value instanceof torch.Tensor);
  return tensors.find(({ shape }) => shape.length === 4)?.shape.slice(1) ?? null;
}

/** Channels that the first convolution takes. */
function ofConvolution(model: ScriptModule): number | null {
  for (const { shape } of model.namedParameters().values()) {
    if (shape.length === 4) return shape[1]!;
  }
  return null;
}

/** How images become inputs: as the command line says, else as the model's own inputs are. */
export async function imageOptions(
  torch: Torch,
  model: ScriptModule,
  options: QuantizeOptions,
): Promise<ImageOptions> {
  const bundled = ofBundled(torch, (await model.bundledInputs()) as never);
  const channels = bundled?.[0] ?? ofConvolution(model);
  const { mean, std } = normalization(options);
  const known = bundled === null ? null : ([bundled[1]!, bundled[2]!] as const);
  return {
    size: options.size ?? known,
    gray: options.gray ?? channels === 1,
    mean,
    std,
    dtype: options.dtype ?? 'float32',
  };
}
