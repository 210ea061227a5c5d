import { noGrad } from '../autograd/modes.js';
import { tidy } from '../tensor/scope.js';
import { samplesOf } from './batches.js';
import type { ResolvedMetric } from './metrics.js';

/** What `evaluate` found: plain data. */
export interface Evaluation {
  /** Its name, or that of the function. */
  readonly metric: string;
  /** Mean over all samples: that of each batch counts by its samples. */
  readonly value: number;
  readonly samples: number;
  readonly batches: number;
  readonly higherIsBetter: boolean;
}

/** The mean of a metric over batches. @internal */
export class MetricMean {
  readonly #metric: ResolvedMetric;
  #sum = 0;
  #samples = 0;
  #batches = 0;

  constructor(metric: ResolvedMetric) {
    this.#metric = metric;
  }

  /** Takes what a model gave for a batch; it stays the caller's. */
  add(output: unknown, target: unknown): void {
    const value = noGrad(() => tidy(() => this.#metric.measure(output, target)));
    const samples = samplesOf(target, output);
    this.#batches++;
    if (samples === 0) return;
    this.#sum += value * samples;
    this.#samples += samples;
  }

  get batches(): number {
    return this.#batches;
  }

  get result(): Evaluation {
    const { name: metric, higherIsBetter } = this.#metric;
    const [samples, batches] = [this.#samples, this.#batches];
    return { metric, value: this.#sum / samples, samples, batches, higherIsBetter };
  }
}

/** How much worse `other` is than `reference`; below 0 where it is better. @internal */
export function dropOf(reference: Evaluation, other: Evaluation): number {
  const lost = reference.value - other.value;
  return reference.higherIsBetter ? lost : -lost;
}
