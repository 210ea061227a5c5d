import { makeError } from '../make-error.js';
import { Module } from '../module/module.js';
import { disposeValue, type ModuleInput } from '../module/value.js';
import { optionsCheck } from '../options.js';
import { describe } from '../tensor/describe.js';
import {
  batchCount,
  checkBatches,
  type EvaluationBatch,
  type EvaluationBatches,
  partsOfBatch,
} from './batches.js';
import { type Evaluation, MetricMean } from './metric-mean.js';
import { type Metric, resolveMetric } from './metrics.js';

/** Options of `evaluateSync`. */
export interface EvaluateSyncOptions {
  /** What is run; `'forward'` unless given. */
  readonly method?: string | undefined;
  /** For functions as metric: whether more is better; true unless given. */
  readonly higherIsBetter?: boolean | undefined;
  /** After each batch; `total` is null where nobody knows, as for a generator. */
  readonly onProgress?:
    | ((progress: { readonly done: number; readonly total: number | null }) => void)
    | undefined;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends EvaluateSyncOptions {
  /** Aborting rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const check = optionsCheck('evaluate', (z) => {
  return z.strictObject({
    method: z.string().min(1).optional(),
    higherIsBetter: z.boolean().optional(),
    onProgress: z.custom((value) => typeof value === 'function', 'expected a function').optional(),
    signal: z.instanceof(AbortSignal).optional(),
  });
});

function prepare(
  model: Module<ModuleInput[], unknown>,
  batches: EvaluationBatches,
  metric: Metric,
  options: EvaluateOptions,
) {
  if (!(model instanceof Module)) {
    const got = describe(model);
    throw makeError('ERR_INVALID_ARG_TYPE', `evaluate: model: expected a module, got ${got}`);
  }
  check(options);
  checkBatches('evaluate', batches);
  const mean = new MetricMean(resolveMetric('evaluate', metric, options.higherIsBetter));
  return { mean, method: options.method ?? 'forward', total: batchCount(batches) };
}

function resultOf(mean: MetricMean): Evaluation {
  if (mean.batches > 0) return mean.result;
  throw makeError('ERR_INVALID_ARG_VALUE', 'evaluate: batches: there are none');
}

/**
 * Runs a module, scripted or lite, over batches `[inputs, target]` and gives the mean of a metric over
 * all samples; a batch counts by the rows of its target. The module runs as it is: call `eval()` before.
 * Inputs and targets stay the caller's; outputs are let go. What the module throws is thrown.
 *
 * @example
 * ```ts
 * import { evaluate, loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * const batches = Array.from({ length: 4 }, () => [randn([8, 16]), [0, 1, 2, 3, 0, 1, 2, 3]] as const);
 * const { value, samples } = await evaluate(model, batches, 'accuracy');
 * console.log(samples, value >= 0 && value <= 1); // 32 true
 * ```
 */
export async function evaluate<Output, Target>(
  model: Module<ModuleInput[], Output>,
  batches: EvaluationBatches<Target>,
  metric: Metric<Output, Target>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { mean, method, total } = prepare(model, batches, metric, options);
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const { args, target } = partsOfBatch('evaluate', batch, mean.batches);
    const output = await model.run<unknown>(method, args, signal && { signal });
    try {
      mean.add(output, target);
    } finally {
      disposeValue(output);
    }
    onProgress?.({ done: mean.batches, total });
  }
  return resultOf(mean);
}

/**
 * `evaluate` on this thread, of batches that need no waiting.
 *
 * @example
 * ```ts
 * import { evaluateSync, loadModuleSync, ones, type Tensor, zeros } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * const error = (output: Tensor, target: Tensor) => output.sub(target).abs().max().item() as number;
 * const batches = [[ones([1, 16]), zeros([1, 4])]] as const;
 * const { value } = evaluateSync(model, batches, error, { higherIsBetter: false });
 * console.log(value > 0); // true
 * ```
 */
export function evaluateSync<Output, Target>(
  model: Module<ModuleInput[], Output>,
  batches: Iterable<EvaluationBatch<Target>>,
  metric: Metric<Output, Target>,
  options: EvaluateSyncOptions = {},
): Evaluation {
  const { mean, method, total } = prepare(model, batches, metric, options);
  for (const batch of batches) {
    const { args, target } = partsOfBatch('evaluate', batch, mean.batches);
    const output = model.runSync<unknown>(method, args);
    try {
      mean.add(output, target);
    } finally {
      disposeValue(output);
    }
    options.onProgress?.({ done: mean.batches, total });
  }
  return resultOf(mean);
}
