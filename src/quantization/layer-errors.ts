import type { ErrorFigures } from '../compare/error-figures.js';
import { OutputComparison } from '../compare/outputs.js';
import { type EvaluationBatches, partsOfBatch } from '../evaluate/batches.js';
import { type Evaluation, MetricMean } from '../evaluate/metric-mean.js';
import type { ResolvedMetric } from '../evaluate/metrics.js';
import { makeError } from '../make-error.js';
import type { Module } from '../module/module.js';
import { disposeValue, type ModuleInput, type ModuleValue } from '../module/value.js';

type AnyModule = Module<ModuleInput[], unknown>;

/** What a module gives for every batch, held against what the float one gave. */
export interface Measured {
  readonly errors: ErrorFigures;
  /** Null without a metric. */
  readonly evaluation: Evaluation | null;
}

/** Runs modules over the same batches; the outputs of the first, which is in float, are kept. @internal */
export class Reference {
  readonly #where: string;
  readonly #batches: EvaluationBatches;
  readonly #metric: ResolvedMetric | null;
  readonly #signal: AbortSignal | undefined;
  readonly #outputs: ModuleValue[] = [];
  #evaluation: Evaluation | null = null;

  /** `batches` are read once for each module. */
  constructor(
    where: string,
    batches: EvaluationBatches,
    metric: ResolvedMetric | null,
    signal: AbortSignal | undefined,
  ) {
    this.#where = where;
    this.#batches = batches;
    this.#metric = metric;
    this.#signal = signal;
  }

  /** Of the float module; null without a metric. */
  get evaluation(): Evaluation | null {
    return this.#evaluation;
  }

  /** Runs the float module, which must be in evaluation mode. */
  async take(model: AnyModule & { readonly training?: boolean }): Promise<void> {
    if (model.training) {
      const message = `${this.#where}: the module is in training mode: call eval() first`;
      throw makeError('ERR_TRAINING', message);
    }
    const mean = await this.#run(model, (output) => void this.#outputs.push(output));
    if (this.#outputs.length === 0) {
      throw makeError('ERR_INVALID_ARG_VALUE', `${this.#where}: batches: there are none`);
    }
    this.#evaluation = mean?.result ?? null;
  }

  /** Runs another one. */
  async compare(model: AnyModule): Promise<Measured> {
    const outputs = new OutputComparison({ atol: 1e-4, rtol: 1e-5, checkDtype: false });
    const mean = await this.#run(model, (output, at) => {
      try {
        const reference = this.#outputs[at];
        if (reference === undefined) throw this.#moreBatches();
        outputs.add(reference, output);
      } finally {
        disposeValue(output);
      }
    });
    return { errors: outputs.errors, evaluation: mean?.result ?? null };
  }

  dispose(): void {
    for (const output of this.#outputs.splice(0)) disposeValue(output);
  }

  async #run(
    model: AnyModule,
    keep: (output: ModuleValue, at: number) => void,
  ): Promise<MetricMean | null> {
    const signal = this.#signal;
    const mean = this.#metric && new MetricMean(this.#metric);
    let at = 0;
    for await (const batch of this.#batches) {
      signal?.throwIfAborted();
      const { args, target } = partsOfBatch(this.#where, batch, at);
      const output = await model.run<ModuleValue>('forward', args, signal && { signal });
      try {
        mean?.add(output, target);
      } catch (error) {
        disposeValue(output);
        throw error;
      }
      keep(output, at);
      at++;
    }
    return mean;
  }

  #moreBatches(): Error {
    const message = `${this.#where}: batches: more of them than when they were read first`;
    return makeError('ERR_INVALID_ARG_VALUE', message);
  }
}
