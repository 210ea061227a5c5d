import type { AccuracyComparison } from '../compare/accuracy.js';
import { repeatable } from '../evaluate/batches.js';
import { dropOf } from '../evaluate/metric-mean.js';
import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import type { AccuracyLimit } from './accuracy-options.js';
import { Reference } from './layer-errors.js';
import { type LayerSensitivity, measureEach, type QuantizeLayers } from './one-by-one.js';
import type { QuantizationResult, SkippedLayer } from './result.js';

type Result<Args extends unknown[], Output> = QuantizationResult<Args, Output>;
type Judged<Args extends unknown[], Output> = Result<Args, Output> & {
  readonly accuracy: AccuracyComparison;
};

/** A number as messages show it. */
const shown = (value: number): string => String(Number(value.toPrecision(4)));

/** Quantizes again and again, and judges what comes of it. */
class Quantizing<Args extends unknown[], Output> {
  readonly #where: string;
  readonly #quantize: QuantizeLayers<Args, Output>;
  readonly #reference: Reference;
  readonly #most: number;

  constructor(
    where: string,
    quantize: QuantizeLayers<Args, Output>,
    reference: Reference,
    mostDrop: number,
  ) {
    this.#where = where;
    this.#quantize = quantize;
    this.#reference = reference;
    this.#most = mostDrop;
  }

  /** All layers that were asked for, or those of some names. */
  async attempt(names?: ReadonlySet<string>): Promise<Judged<Args, Output>> {
    const result = await this.#quantize(names && (({ name }) => names.has(name)));
    try {
      const { evaluation } = await this.#reference.compare(result.module as never);
      const { value: reference, ...rest } = this.#reference.evaluation!;
      const { metric, higherIsBetter, samples } = rest;
      const other = evaluation!.value;
      const drop = dropOf(this.#reference.evaluation!, evaluation!);
      return { ...result, accuracy: { metric, higherIsBetter, samples, reference, other, drop } };
    } catch (error) {
      result.module.dispose();
      throw error;
    }
  }

  fits({ accuracy }: Judged<Args, Output>): boolean {
    return this.#most === Number.POSITIVE_INFINITY || accuracy.drop <= this.#most;
  }

  /**
   * Leaves the fewest layers in float that are enough, found by bisection: the more are in float, the
   * less is lost. Null where even one layer alone loses too much.
   */
  async search(full: Judged<Args, Output>): Promise<Judged<Args, Output> | null> {
    const costs = await measureEach(this.#quantize, full.quantized, this.#reference, () => {});
    let best: Judged<Args, Output> | null = null;
    let [few, many] = [1, costs.length - 1];
    try {
      while (few <= many) {
        const count = (few + many) >> 1;
        const tried = await this.attempt(new Set(costs.slice(count).map(({ name }) => name)));
        if (this.fits(tried)) {
          best?.module.dispose();
          best = { ...tried, skipped: explain(full, tried, costs.slice(0, count)) };
          many = count - 1;
        } else {
          tried.module.dispose();
          few = count + 1;
        }
      }
    } catch (error) {
      best?.module.dispose();
      throw error;
    }
    return best;
  }

  refusal({ accuracy }: Judged<Args, Output>, more: string): Error {
    const { metric, reference, other, drop } = accuracy;
    const change = `${metric} goes from ${shown(reference)} to ${shown(other)}`;
    const limit = `worse by ${shown(drop)} where maxAccuracyDrop is ${shown(this.#most)}`;
    return makeError('ERR_ACCURACY_DROP', `${this.#where}: ${change}, ${limit}; ${more}`);
  }
}

/** Layers that stay in float, and why. */
function explain<Args extends unknown[], Output>(
  full: Judged<Args, Output>,
  tried: Result<Args, Output>,
  kept: readonly LayerSensitivity[],
): SkippedLayer[] {
  const reasons = new Map(full.skipped.map(({ name, reason }) => [name, reason]));
  for (const { name, drop, errors } of kept) {
    const noise = errors.sqnr === null ? '' : `, at ${shown(errors.sqnr)} dB of output to noise`;
    const cost = `alone, it makes ${full.accuracy.metric} worse by ${shown(drop ?? 0)}${noise}`;
    reasons.set(name, `it stays in float for maxAccuracyDrop: ${cost}`);
  }
  return tried.skipped.map((one) => ({ ...one, reason: reasons.get(one.name) ?? one.reason }));
}

/**
 * Quantizes, judges the result by data, and refuses it, or leaves layers in float, where it is worse than
 * allowed. The source is measured as it is, which must be in evaluation mode. @internal
 */
export async function quantizeWithin<Args extends unknown[], Output>(
  where: string,
  model: ScriptModule<Args, Output>,
  { data, mostDrop, keepsFloat }: AccuracyLimit,
  quantize: QuantizeLayers<Args, Output>,
  signal?: AbortSignal,
): Promise<QuantizationResult<Args, Output>> {
  const batches = await repeatable(data.batches);
  const reference = new Reference(`${where}: evaluation`, batches, data.metric, signal);
  const quantizing = new Quantizing(where, quantize, reference, mostDrop);
  try {
    await reference.take(model as never);
    const full = await quantizing.attempt();
    if (quantizing.fits(full)) return full;
    full.module.dispose();
    if (!keepsFloat) {
      const wayOut = "whenExceeded: 'keepFloat' leaves the layers in float that cost most";
      throw quantizing.refusal(full, wayOut);
    }
    const found = await quantizing.search(full);
    if (found !== null) return found;
    throw quantizing.refusal(full, 'no layer alone costs less');
  } finally {
    reference.dispose();
  }
}
