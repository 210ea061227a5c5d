import { repeatable } from '../evaluate/batches.js';
import { checkSignal } from '../jit/transform.js';
import { makeError } from '../make-error.js';
import { settle } from '../module/caller-stack.js';
import { requireParts } from '../module/module-parts.js';
import { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { quantizeWithin } from './accuracy-limit.js';
import {
  type AccuracyLimitOptions,
  accuracyOptionNames,
  resolveLimit,
} from './accuracy-options.js';
import {
  type CalibrationBatch,
  type CalibrationBatches,
  type CalibrationProgress,
  calibrate,
  calibrateSync,
  checkBatches,
} from './calibrate.js';
import { checkEngine, type QuantizedEngine } from './engines.js';
import { checkSelection, type LayerSelection } from './layers.js';
import { observersFolder } from './observers.js';
import type { QuantizationResult } from './result.js';
import { rewriteInSteps, rewriteSync } from './rewrite.js';

/**
 * How ranges are found: the extremes seen, of each tensor or of each output of a weight; or the range
 * of a histogram that loses least, with weights as PyTorch's default configuration has them.
 */
export type QuantizationObservers = 'minmax' | 'histogram' | 'perChannelMinMax';

/** Options of `quantizeStaticSync`. */
export interface QuantizeStaticSyncOptions {
  /** Whose kernels the weights are packed for; `backends.quantized.engine` unless given. */
  readonly engine?: QuantizedEngine | undefined;
  /** 'histogram' unless given. */
  readonly observers?: QuantizationObservers | undefined;
  /** Which layers; all linear and convolution layers unless given. */
  readonly layers?: LayerSelection | undefined;
  /** After each batch. */
  readonly onProgress?: ((progress: CalibrationProgress) => void) | undefined;
}

/** Options of `quantizeStatic`. */
export interface QuantizeStaticOptions extends QuantizeStaticSyncOptions, AccuracyLimitOptions {
  /** Rejects with the signal's reason as soon as it aborts; no further batch is asked for. */
  readonly signal?: AbortSignal | undefined;
}

const names = ['engine', 'observers', 'layers', 'onProgress'];
const observerNames: readonly string[] = ['minmax', 'histogram', 'perChannelMinMax'];

function resolve(where: string, options: QuantizeStaticOptions | undefined, more: string[]) {
  checkOptions(where, options, [...names, ...more]);
  const { observers = 'histogram', onProgress } = options ?? {};
  if (!observerNames.includes(observers)) {
    const expected = observerNames.map((name) => `'${name}'`).join(', ');
    const message = `${where}: observers: expected one of ${expected}, got ${describe(observers)}`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    const message = `${where}: onProgress: expected a function, got ${describe(onProgress)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  return {
    onProgress,
    selection: checkSelection(where, options?.layers),
    native: [checkEngine(where, options?.engine), observers, observersFolder()] as const,
  };
}

/** The observed copy as a module that takes what the source takes, also by its signature. */
function observedModule(model: unknown, where: string, handle: NativeModule) {
  return new ScriptModule<ModuleInput[], unknown>({ ...requireParts(where, model), handle });
}

/**
 * A copy that computes in 8 bits from end to end: batches are run through it to learn the ranges of
 * what flows between its layers, then linear layers and convolutions, with the relu behind them, and
 * what lies between (additions, concatenations, poolings, layer norms) become PyTorch's quantized
 * operators: `quantize_jit`, with its observers. Only `forward` stays; layers that are not chosen
 * compute in float32. The source stays as it is. Throws ERR_NO_LAYER for a selection that matches
 * nothing, ERR_ENGINE for an engine there is not, ERR_NOT_QUANTIZABLE for what LibTorch cannot
 * observe.
 *
 * @example
 * ```ts
 * import { loadModule, quantizeStatic, randn } from 'libtorch-node';
 *
 * using model = await loadModule('resnet.pt');
 * function* batches() {
 *   for (let i = 0; i < 4; i++) yield randn([2, 3, 32, 32]);
 * }
 * using result = await quantizeStatic(model, batches(), {
 *   onProgress: ({ done }) => console.log(`${done} batches`),
 * });
 * await result.module.save('resnet-int8.pt');
 * ```
 */
export async function quantizeStatic<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  batches: CalibrationBatches,
  options?: QuantizeStaticOptions,
): Promise<QuantizationResult<Args, Output>> {
  const where = 'quantizeStatic';
  const resolved = resolve(where, options, ['signal', ...accuracyOptionNames]);
  const { onProgress, native: settings } = resolved;
  const signal = checkSignal(where, options?.signal);
  checkBatches(where, batches, false);
  const limit = resolveLimit(where, options);
  const inputs = limit === null ? batches : await repeatable(batches);
  const quantize = (selection = resolved.selection) =>
    rewriteInSteps(where, model, selection, signal, async (prepared, layers) => {
      const room = native.quantization;
      const made = await settle(room.observe(prepared, layers, ...settings));
      const module = observedModule(model, where, made.module);
      try {
        await calibrate(where, module, inputs, onProgress, signal);
        return await settle(room.convertObserved(made.observed));
      } finally {
        module.dispose();
      }
    });
  return limit === null ? quantize() : quantizeWithin(where, model, limit, quantize, signal);
}

/**
 * `quantizeStatic` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, ones, quantizeStaticSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using result = quantizeStaticSync(model, [ones([2, 16])], { observers: 'minmax', layers: 'fc1' });
 * console.log(result.quantized); // [{ name: 'fc1', kind: 'linear', dtype: 'qint8' }]
 * ```
 */
export function quantizeStaticSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  batches: Iterable<CalibrationBatch>,
  options?: QuantizeStaticSyncOptions,
): QuantizationResult<Args, Output> {
  const where = 'quantizeStaticSync';
  const { selection, onProgress, native: settings } = resolve(where, options, []);
  checkBatches(where, batches, true);
  return rewriteSync(where, model, selection, (prepared, layers) => {
    const room = native.quantization;
    const { observed, module: handle } = room.observeSync(prepared, layers, ...settings);
    const module = observedModule(model, where, handle);
    try {
      calibrateSync(where, module, batches, onProgress);
      return room.convertObservedSync(observed);
    } finally {
      module.dispose();
    }
  });
}
