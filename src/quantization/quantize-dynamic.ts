import { checkSignal } from '../jit/transform.js';
import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { quantizeWithin } from './accuracy-limit.js';
import {
  type AccuracyLimitOptions,
  accuracyOptionNames,
  resolveLimit,
} from './accuracy-options.js';
import { checkEngine, type QuantizedEngine } from './engines.js';
import { checkSelection, type LayerSelection } from './layers.js';
import type { QuantizationResult } from './result.js';
import { rewrite, rewriteSync } from './rewrite.js';

/** Options of `quantizeDynamicSync`. */
export interface QuantizeDynamicSyncOptions {
  /** Whose kernels the weights are packed for; `backends.quantized.engine` unless given. */
  readonly engine?: QuantizedEngine | undefined;
  /** Of the weights; 'qint8' unless given. 'float16' is for the engines 'x86' and 'fbgemm'. */
  readonly dtype?: 'qint8' | 'float16' | undefined;
  /** Whether each output of a layer has a scale of its own; true unless given. */
  readonly perChannel?: boolean | undefined;
  /** Which layers; all unless given. */
  readonly layers?: LayerSelection | undefined;
}

/** Options of `quantizeDynamic`. */
export interface QuantizeDynamicOptions extends QuantizeDynamicSyncOptions, AccuracyLimitOptions {
  /** Rejects with the signal's reason as soon as it aborts; what is made later is let go. */
  readonly signal?: AbortSignal | undefined;
}

const names = ['engine', 'dtype', 'perChannel', 'layers'];

type NativeOptions = readonly [engine: string | null, dtype: string, perChannel: boolean];

function resolve(
  where: string,
  options: QuantizeDynamicOptions | undefined,
  more: string[],
): { readonly selection: LayerSelection | undefined; readonly arguments: NativeOptions } {
  checkOptions(where, options, [...names, ...more]);
  const { dtype = 'qint8', perChannel = true } = options ?? {};
  if (dtype !== 'qint8' && dtype !== 'float16') {
    const message = `${where}: dtype: expected 'qint8' or 'float16', got ${describe(dtype)}`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }
  if (typeof perChannel !== 'boolean') {
    const message = `${where}: perChannel: expected true or false, got ${describe(perChannel)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  return {
    selection: checkSelection(where, options?.layers),
    arguments: [checkEngine(where, options?.engine), dtype, perChannel],
  };
}

/**
 * A copy whose linear, LSTM and GRU layers hold their weights in 8 bits, a quarter of their size, and
 * quantize what enters them as it comes: PyTorch's `quantize_dynamic`. float16 computes with rounded
 * weights, whose files are no smaller. Only `forward` stays. The source stays as it is. Throws
 * ERR_NO_LAYER for a selection that matches nothing, ERR_ENGINE for an engine there is not.
 *
 * @example
 * ```ts
 * import { loadModule, ones, quantizeDynamic } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using result = await quantizeDynamic(model, { layers: 'fc1' });
 * console.log(result.quantized); // [{ name: 'fc1', kind: 'linear', dtype: 'qint8' }]
 * console.log(result.skipped); // [{ name: 'fc2', kind: 'linear', reason: 'it was not selected' }]
 * console.log((await result.module.forward(ones([2, 16]))).shape); // [2, 4]
 * ```
 */
export async function quantizeDynamic<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: QuantizeDynamicOptions,
): Promise<QuantizationResult<Args, Output>> {
  const where = 'quantizeDynamic';
  const resolved = resolve(where, options, ['signal', ...accuracyOptionNames]);
  const signal = checkSignal(where, options?.signal);
  const limit = resolveLimit(where, options);
  const quantize = (selection = resolved.selection) =>
    rewrite(where, model, selection, signal, (prepared, layers) =>
      native.quantization.dynamic(prepared, layers, ...resolved.arguments),
    );
  return limit === null ? quantize() : quantizeWithin(where, model, limit, quantize, signal);
}

/**
 * `quantizeDynamic` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, quantizeDynamicSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using result = quantizeDynamicSync(model, { dtype: 'float16', engine: 'fbgemm' });
 * console.log(result.quantized.map(({ dtype }) => dtype)); // [float16, float16]
 * ```
 */
export function quantizeDynamicSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: QuantizeDynamicSyncOptions,
): QuantizationResult<Args, Output> {
  const where = 'quantizeDynamicSync';
  const resolved = resolve(where, options, []);
  return rewriteSync(where, model, resolved.selection, (prepared, layers) =>
    native.quantization.dynamicSync(prepared, layers, ...resolved.arguments),
  );
}
