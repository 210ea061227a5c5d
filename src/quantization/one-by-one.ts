import type { ErrorFigures } from '../compare/error-figures.js';
import { dropOf } from '../evaluate/metric-mean.js';
import type { Reference } from './layer-errors.js';
import type { QuantizableLayer } from './layers.js';
import type { QuantizationResult, QuantizedLayer } from './result.js';

/**
 * Quantizes a module: all layers that its caller selected, or those of them that a function chooses.
 * The results are the caller's to dispose.
 */
export type QuantizeLayers<Args extends unknown[], Output> = (
  layers?: (layer: QuantizableLayer) => boolean,
) => Promise<QuantizationResult<Args, Output>>;

/** What quantizing one layer costs, with all others in float. */
export interface LayerSensitivity extends QuantizedLayer {
  /** What the metric comes to; null without a metric. */
  readonly metric: number | null;
  /** By how much that is worse than in float, in the unit of the metric; null without a metric. */
  readonly drop: number | null;
  /** Of the module's output against that in float, over all batches; `sqnr` in decibels. */
  readonly errors: ErrorFigures;
}

/** Most costly first: by the metric, then by the noise in the output. */
function byCost(a: LayerSensitivity, b: LayerSensitivity): number {
  const drop = (b.drop ?? 0) - (a.drop ?? 0);
  if (drop !== 0 && !Number.isNaN(drop)) return drop;
  const [first, second] = [a, b].map(({ errors }) => errors.sqnr ?? Number.NEGATIVE_INFINITY);
  return first === second ? 0 : first! - second!;
}

/** Quantizes layers one at a time, and measures each. @internal */
export async function measureEach<Args extends unknown[], Output>(
  quantize: QuantizeLayers<Args, Output>,
  layers: readonly QuantizedLayer[],
  reference: Reference,
  step: () => void,
): Promise<LayerSensitivity[]> {
  const found: LayerSensitivity[] = [];
  for (const layer of layers) {
    const { module } = await quantize(({ name }) => name === layer.name);
    try {
      const { errors, evaluation } = await reference.compare(module as never);
      const drop = evaluation && dropOf(reference.evaluation!, evaluation);
      found.push({ ...layer, metric: evaluation?.value ?? null, drop, errors });
    } finally {
      module.dispose();
    }
    step();
  }
  return found.sort(byCost);
}
