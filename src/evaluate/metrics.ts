import { makeError } from '../make-error.js';
import { mseLoss } from '../ops/nn/functional.js';
import { tensor } from '../tensor/create.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * Metrics by name. `'accuracy'`: the share of rows of scores [N, C, …] whose largest is at the target's
 * class, an integer [N, …]; `'top5Accuracy'`: where the class is among the five largest. `'mse'`: mean
 * of squared differences. `'cosineSimilarity'`: of each row with that of the target, averaged.
 */
export type MetricName = 'accuracy' | 'top5Accuracy' | 'mse' | 'cosineSimilarity';

/**
 * A metric of one batch, from what the model gave and the target of the batch. What is made on the way
 * is let go.
 */
// As a method's its parameters may be of narrower types: what a model gives, the caller knows.
export type MetricFunction<Output = unknown, Target = unknown> = {
  measure(output: Output, target: Target): number;
}['measure'];

/** A metric, by name or as a function. */
export type Metric<Output = unknown, Target = unknown> =
  | MetricName
  | MetricFunction<Output, Target>;

/** A metric that is ready to be used. */
export interface ResolvedMetric {
  readonly name: string;
  readonly higherIsBetter: boolean;
  readonly measure: (output: unknown, target: unknown) => number;
}

function tensorOf(value: unknown, metric: string, what: string): Tensor {
  if (value instanceof Tensor) return value.dtype.startsWith('q') ? value.dequantize() : value;
  if (Array.isArray(value) && value.length > 0) {
    const isBig = value.every((one) => typeof one === 'bigint');
    const isNumber = value.every((one) => typeof one === 'number');
    if (isBig) return tensor(BigInt64Array.from(value as bigint[]));
    if (isNumber) return tensor(value as number[], { dtype: 'float64' });
  }
  const got = describe(value);
  const expected = `expected the ${what} to be a Tensor, got ${got}: use a function as metric`;
  throw makeError('ERR_INVALID_ARG_TYPE', `metric '${metric}': ${expected}`);
}

function wrongShape(metric: string, expected: string, output: Tensor, target: Tensor): Error {
  const shapes = [output, target].map(({ shape }) => `[${shape.join(', ')}]`).join(' and ');
  const message = `metric '${metric}': expected ${expected}, got ${shapes}`;
  return makeError('ERR_SHAPE_MISMATCH', message);
}

/** Share of targets among the `k` classes with the largest scores. */
function topK(name: MetricName, k: number, output: Tensor, target: Tensor): number {
  const [rows, classes] = output.shape;
  const rest = [rows, ...output.shape.slice(2)];
  const fits = output.shape.length >= 2 && rest.join() === target.shape.join();
  if (!fits || target.numel === 0) {
    throw wrongShape(name, 'scores [N, C, …] and classes [N, …]', output, target);
  }
  const [, best] = output.topk(Math.min(k, classes!), 1);
  const wanted = target.to(output.device).to('int64').unsqueeze(1);
  return best.eq(wanted).any(1).to('float64').mean().item() as number;
}

function cosine(output: Tensor, target: Tensor): number {
  if (output.shape.length === 0 || output.shape.join() !== target.shape.join()) {
    throw wrongShape('cosineSimilarity', 'output and target of one shape', output, target);
  }
  const [a, b] = [output, target.to(output.device)].map((one) => {
    return one.to('float64').reshape(one.shape[0]!, -1) as Tensor;
  }) as [Tensor, Tensor];
  const norms = a
    .square()
    .sum([1])
    .mul(b.square().sum([1]))
    .sqrt();
  // As torch.nn.functional.cosine_similarity has it.
  return a.mul(b).sum([1]).div(norms.clampMin(1e-8)).mean().item() as number;
}

function squared(output: Tensor, target: Tensor): number {
  if (output.shape.join() !== target.shape.join()) {
    throw wrongShape('mse', 'output and target of one shape', output, target);
  }
  const other = target.to(output.device).to('float64');
  return mseLoss(output.to('float64'), other).item() as number;
}

const named: Readonly<Record<MetricName, (output: Tensor, target: Tensor) => number>> = {
  accuracy: (output, target) => topK('accuracy', 1, output, target),
  top5Accuracy: (output, target) => topK('top5Accuracy', 5, output, target),
  mse: squared,
  cosineSimilarity: cosine,
};

/** Names of metrics. @internal */
export const metricNames = Object.keys(named) as MetricName[];

/** A metric, checked; `higherIsBetter` is for functions. @internal */
export function resolveMetric(
  where: string,
  metric: Metric,
  higherIsBetter: boolean | undefined,
): ResolvedMetric {
  if (typeof metric === 'function') {
    return {
      name: metric.name || 'metric',
      higherIsBetter: higherIsBetter ?? true,
      measure: (output, target) => {
        const value: unknown = metric(output, target);
        if (typeof value === 'number' || value instanceof Promise) return value as number;
        const got = value instanceof Tensor ? 'a Tensor' : describe(value);
        const message = `${where}: metric: expected it to give a number, got ${got}`;
        throw makeError('ERR_INVALID_ARG_TYPE', message);
      },
    };
  }
  const name = metricNames.find((one) => one === metric);
  if (name === undefined) {
    const known = metricNames.map((one) => `'${one}'`).join(', ');
    const expected = `expected ${known} or a function, got ${describe(metric)}`;
    throw makeError('ERR_INVALID_ARG_VALUE', `${where}: metric: ${expected}`);
  }
  return {
    name,
    higherIsBetter: higherIsBetter ?? name !== 'mse',
    measure: (output, target) => {
      return named[name](tensorOf(output, name, 'output'), tensorOf(target, name, 'target'));
    },
  };
}
