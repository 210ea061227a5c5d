import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import type { KeptChannels, ShrunkLayer } from '../pruning/shrink.js';
import { shrink } from '../pruning/shrink.js';
import { type ModuleSparsity, sparsity } from '../pruning/sparsity.js';
import { quantizeDynamic } from '../quantization/quantize-dynamic.js';
import { quantizeStatic } from '../quantization/quantize-static.js';
import { quantizeWeights } from '../quantization/quantize-weights.js';
import type { QuantizationResult, QuantizedLayer, SkippedLayer } from '../quantization/result.js';
import type { Tensor } from '../tensor/tensor.js';
import { type OptimizeOptions, type ResolvedOptions, resolveOptions } from './options.js';
import { PruningRounds } from './pruning-rounds.js';

/** An optimized module, and what was done. */
export interface OptimizeResult<Args extends unknown[] = ModuleInput[], Output = Tensor> {
  /** A module of its own: the source stays as it is. */
  readonly module: ScriptModule<Args, Output>;
  /** After pruning and fine-tuning, before channels were cut out. */
  readonly sparsity: ModuleSparsity;
  /** Layers that channels were cut out of. */
  readonly shrunk: readonly ShrunkLayer[];
  /** Empty channels that stay, with the reason. */
  readonly kept: readonly KeptChannels[];
  /** Layers that were quantized. */
  readonly quantized: readonly QuantizedLayer[];
  /** Layers that were not, with the reason. */
  readonly skipped: readonly SkippedLayer[];
  /** What the module takes as a file, in bytes, before and after. */
  readonly bytes: { readonly before: number; readonly after: number };
  /** Disposes of the module. */
  [Symbol.dispose](): void;
}

async function pruneAndTune<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options: ResolvedOptions<Args, Output>,
): Promise<void> {
  const { prune, fineTune, onProgress, signal } = options;
  const rounds = prune?.rounds ?? 1;
  const pruning = prune === null ? null : await PruningRounds.of(model, options);
  for (let round = 1; round <= rounds; round++) {
    signal?.throwIfAborted();
    if (pruning !== null) {
      onProgress({ stage: 'prune', round });
      pruning.prune();
    }
    if (fineTune === undefined) continue;
    onProgress({ stage: 'fineTune', round });
    await fineTune(model, { round, rounds, sparsity: sparsity(model).sparsity });
  }
  signal?.throwIfAborted();
  if (model.training) model.eval();
  pruning?.finish();
}

function quantize<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  { quantize: stage, calibration, signal }: ResolvedOptions<Args, Output>,
): Promise<QuantizationResult<Args, Output>> | null {
  if (stage?.method === 'dynamic') {
    const { method: _, ...options } = stage;
    return quantizeDynamic(model, { ...options, signal });
  }
  if (stage?.method === 'weights') {
    const { method: _, ...options } = stage;
    return quantizeWeights(model, { ...options, signal });
  }
  if (stage?.method === 'static' && calibration !== undefined) {
    const { method: _, ...options } = stage;
    return quantizeStatic(model, calibration, { ...options, signal });
  }
  return null;
}

async function bytesOf<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
): Promise<number> {
  return (await model.toBytes()).byteLength;
}

/**
 * Prunes a copy of a module, in rounds, calls back for fine-tuning after each, cuts emptied channels out
 * and quantizes: what is wanted of that. Masks are permanent in the result. Rejects with ERR_FROZEN for
 * frozen modules, ERR_NOT_SHRINKABLE where no channel can be cut out, and whatever the callback throws.
 *
 * @example
 * ```ts
 * import { loadModule, optim, optimize, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using result = await optimize(model, {
 *   prune: { amount: 0.6, rounds: 2 },
 *   async fineTune(pruned, { round, sparsity }) {
 *     pruned.train();
 *     const adam = new optim.Adam(pruned.parameters(), { lr: 1e-3 });
 *     for (let step = 0; step < 10; step++) {
 *       adam.zeroGrad();
 *       const y = await pruned.forward(randn([8, 16]));
 *       y.square().mean().backward();
 *       adam.step();
 *     }
 *     console.log(round, sparsity);
 *   },
 *   quantize: 'dynamic',
 * });
 * console.log(result.quantized, result.bytes);
 * await result.module.save('mlp-small.pt');
 * ```
 */
export async function optimize<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options: OptimizeOptions<Args, Output>,
): Promise<OptimizeResult<Args, Output>> {
  requireParts('optimize', model);
  const resolved = resolveOptions(options);
  const { onProgress, signal } = resolved;
  signal?.throwIfAborted();
  const before = await bytesOf(model);
  let module = await model.clone();
  const replace = (next: ScriptModule<Args, Output>): void => {
    module.dispose();
    module = next;
  };
  try {
    await pruneAndTune(module, resolved);
    const zeros = sparsity(module);
    let cut: { readonly shrunk: readonly ShrunkLayer[]; readonly kept: readonly KeptChannels[] } = {
      shrunk: [],
      kept: [],
    };
    if (resolved.shrink) {
      onProgress({ stage: 'shrink', round: 1 });
      const small = await shrink(module, { signal });
      cut = small;
      replace(small.module);
    }
    if (resolved.quantize !== null) onProgress({ stage: 'quantize', round: 1 });
    const made = await quantize(module, resolved);
    if (made !== null) replace(made.module);
    const result = module;
    return {
      module: result,
      sparsity: zeros,
      shrunk: cut.shrunk,
      kept: cut.kept,
      quantized: made?.quantized ?? [],
      skipped: made?.skipped ?? [],
      bytes: { before, after: await bytesOf(result) },
      [Symbol.dispose]: () => result.dispose(),
    };
  } catch (error) {
    module.dispose();
    throw error;
  }
}
