import { checkBatches, type EvaluationBatches, repeatable } from '../evaluate/batches.js';
import { type Metric, resolveMetric } from '../evaluate/metrics.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import { optionsCheck } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { QuantizedEngine } from './engines.js';
import { Reference } from './layer-errors.js';
import type { LayerSelection } from './layers.js';
import { type LayerSensitivity, measureEach, type QuantizeLayers } from './one-by-one.js';
import { quantizeDynamic } from './quantize-dynamic.js';
import { quantizeStatic } from './quantize-static.js';
import { quantizeWeights } from './quantize-weights.js';

/** Options of `sensitivity`. */
export interface SensitivityOptions<Args extends unknown[] = ModuleInput[], Output = Tensor> {
  /**
   * How layers are quantized: `'dynamic'` unless given; `'static'`, calibrated on the inputs of the
   * batches; or by a function, which is given those to quantize, or nothing for all:
   * `(layers) => quantizeDynamic(model, { dtype: 'float16', layers })`.
   */
  readonly method?: 'dynamic' | 'static' | 'weights' | QuantizeLayers<Args, Output> | undefined;
  /** What is measured, beside errors of the output. */
  readonly metric?: Metric | undefined;
  /** For functions as metric: whether more is better; true unless given. */
  readonly higherIsBetter?: boolean | undefined;
  /** As for `quantizeDynamic`. */
  readonly engine?: QuantizedEngine | undefined;
  /** Which layers are tried; all that can be quantized unless given. */
  readonly layers?: LayerSelection | undefined;
  /** After each layer. */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total: number }) => void)
    | undefined;
  /** Aborting rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const where = 'sensitivity';

const check = optionsCheck(where, (z) => {
  const callback = z.custom((value) => typeof value === 'function', 'expected a function');
  return z.strictObject({
    method: z.union([z.enum(['dynamic', 'static', 'weights']), callback]).optional(),
    metric: z.custom(() => true).optional(),
    higherIsBetter: z.boolean().optional(),
    engine: z.string().optional(),
    layers: z.custom(() => true).optional(),
    onProgress: callback.optional(),
    signal: z.instanceof(AbortSignal).optional(),
  });
});

async function* inputsOf(batches: EvaluationBatches): AsyncGenerator<Tensor | ModuleInput[]> {
  for await (const [inputs] of batches) yield inputs as Tensor | ModuleInput[];
}

function quantizerOf<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  batches: EvaluationBatches,
  options: SensitivityOptions<Args, Output>,
): QuantizeLayers<Args, Output> {
  const { method = 'dynamic', engine, signal } = options;
  if (typeof method === 'function') return method;
  return (layers = options.layers as never) => {
    if (method === 'weights') return quantizeWeights(model, { layers, signal });
    if (method === 'static') {
      return quantizeStatic(model, inputsOf(batches), { layers, signal, engine });
    }
    return quantizeDynamic(model, { layers, signal, engine });
  };
}

/**
 * What it costs to quantize each layer while all others stay in float, most costly first: how much worse
 * a metric gets over batches `[inputs, target]`, and the errors that come into the output. Quantizes and
 * runs the module once for each layer; the outputs in float are kept meanwhile. The source stays as it
 * is, which must be in evaluation mode.
 *
 * @example
 * ```ts
 * import { loadModule, randn, sensitivity } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * const batches = [[randn([4, 16]), [0, 1, 2, 3]]] as const;
 * for (const { name, drop, errors } of await sensitivity(model, batches, { metric: 'accuracy' })) {
 *   console.log(name, drop, errors.sqnr); // e.g. fc1 0 47.3
 * }
 * ```
 */
export async function sensitivity<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  batches: EvaluationBatches,
  options: SensitivityOptions<Args, Output> = {},
): Promise<LayerSensitivity[]> {
  requireParts(where, model);
  check(options);
  checkBatches(where, batches);
  const { metric, higherIsBetter, onProgress, signal } = options;
  const resolved = metric === undefined ? null : resolveMetric(where, metric, higherIsBetter);
  signal?.throwIfAborted();
  const again = await repeatable(batches);
  const quantize = quantizerOf(model, again, options);
  const reference = new Reference(where, again, resolved, signal);
  try {
    await reference.take(model as never);
    const full = await quantize();
    full.module.dispose();
    const total = full.quantized.length;
    let done = 0;
    return await measureEach(quantize, full.quantized, reference, () => {
      onProgress?.({ done: ++done, total });
    });
  } finally {
    reference.dispose();
  }
}
