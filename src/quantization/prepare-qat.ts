import { checkSignal } from '../jit/transform.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { checkOptions } from '../tensor/options.js';
import { checkEngine, type QuantizedEngine } from './engines.js';
import { checkSelection, type LayerSelection } from './layers.js';
import { observersFolder } from './observers.js';
import { rewrite, rewriteSync } from './rewrite.js';

/** Options of `prepareQatSync`. */
export interface PrepareQatSyncOptions {
  /**
   * Whose kernels are imitated: all but 'qnnpack' have 7 bits for activations and a scale for each
   * output of a layer. `backends.quantized.engine` unless given.
   */
  readonly engine?: QuantizedEngine | undefined;
  /** Which layers; all linear and convolution layers unless given. */
  readonly layers?: LayerSelection | undefined;
}

/** Options of `prepareQat`. */
export interface PrepareQatOptions extends PrepareQatSyncOptions {
  /** Rejects with the signal's reason as soon as it aborts; what is made later is let go. */
  readonly signal?: AbortSignal | undefined;
}

const names = ['engine', 'layers'];

/**
 * A copy for quantization-aware training, in training mode: its weights and activations pass PyTorch's
 * `FakeQuantize`, which rounds them as 8 bits would and lets gradients straight through, and follows
 * their ranges in every run. Batch norms are folded into convolutions, or keep their statistics;
 * all parameters learn; only `forward` stays. Train it, then `convert` it. Throws
 * ERR_NOT_TRAINABLE for frozen modules, ERR_NO_LAYER for a selection that matches nothing, ERR_ENGINE
 * for an engine there is not, ERR_NOT_QUANTIZABLE where there is nothing to quantize.
 *
 * @example
 * ```ts
 * import { convert, loadModule, nn, optim, prepareQat, randn, tidy } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * using optimizer = new optim.SGD(qat.parameters(), { lr: 0.01 });
 * for (let step = 0; step < 5; step++) {
 *   tidy(() => {
 *     const loss = nn.functional.mseLoss(qat.forwardSync(randn([8, 16])), randn([8, 4]));
 *     optimizer.zeroGrad();
 *     loss.backward();
 *     optimizer.step();
 *   });
 * }
 * using result = await convert(qat);
 * await result.module.save('mlp-int8.pt');
 * ```
 */
export async function prepareQat<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: PrepareQatOptions,
): Promise<ScriptModule<Args, Output>> {
  const where = 'prepareQat';
  checkOptions(where, options, [...names, 'signal']);
  const engine = checkEngine(where, options?.engine);
  const selection = checkSelection(where, options?.layers);
  const signal = checkSignal(where, options?.signal);
  const { module } = await rewrite(where, model, selection, signal, (prepared, layers) =>
    native.quantization.prepareQat(prepared, layers, engine, observersFolder()),
  );
  return module;
}

/**
 * `prepareQat` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, prepareQatSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using qat = prepareQatSync(model, { layers: 'fc1' });
 * console.log(qat.training); // true
 * ```
 */
export function prepareQatSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: PrepareQatSyncOptions,
): ScriptModule<Args, Output> {
  const where = 'prepareQatSync';
  checkOptions(where, options, names);
  const engine = checkEngine(where, options?.engine);
  const selection = checkSelection(where, options?.layers);
  return rewriteSync(where, model, selection, (prepared, layers) =>
    native.quantization.prepareQatSync(prepared, layers, engine, observersFolder()),
  ).module;
}
