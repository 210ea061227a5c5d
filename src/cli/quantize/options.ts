import type { RunOptions } from '../run/options.js';
import type { QuantizedEngine } from '../torch.js';

type Shared = 'input' | 'threads' | 'seed' | 'size' | 'gray' | 'mean' | 'std' | 'dtype' | 'json';

/** How the command line says to quantize. */
export type QuantizeMethod = 'dynamic' | 'static' | 'weights' | 'float16';

/** Metrics by the names of the command line, and those of the package. */
export const metrics = {
  accuracy: 'accuracy',
  top5: 'top5Accuracy',
  mse: 'mse',
  cosine: 'cosineSimilarity',
} as const;

/** What the command line of `quantize` says, checked. */
export interface QuantizeOptions extends Pick<RunOptions, Shared> {
  readonly output: string;
  /** Unless given, static with inputs to calibrate on, dynamic without. */
  readonly method?: QuantizeMethod;
  readonly engine?: QuantizedEngine;
  readonly observers?: 'minmax' | 'histogram' | 'perChannelMinMax';
  readonly bits: '8' | '4';
  readonly layers?: readonly string[];
  readonly calibrate?: readonly string[];
  readonly evaluate?: readonly string[];
  readonly metric: keyof typeof metrics;
  readonly maxAccuracyDrop?: number;
  readonly keepFloat?: boolean;
  readonly batchSize: number;
  /** How many inputs outputs are compared on. */
  readonly samples: number;
  readonly iterations: number;
  readonly memory: boolean;
  readonly sensitivity: boolean;
  readonly report?: string;
}
