import type { LayerSensitivity, ModuleComparison, QuantizedLayer, SkippedLayer } from '../torch.js';

/** How the values of a layer's weights are spread. */
export interface WeightSpread {
  /** Of the layer. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  /** Elements in equally wide steps from `min` to `max`. */
  readonly counts: readonly number[];
}

/** How the module was quantized. */
export interface HowQuantized {
  readonly method: 'dynamic' | 'static' | 'weights' | 'float16';
  /** Null where none is used. */
  readonly engine: string | null;
  /** Inputs that activations were observed on; null where none are. */
  readonly calibration: number | null;
  readonly maxAccuracyDrop: number | null;
  /** Milliseconds. */
  readonly duration: number;
}

/** All there is to tell about one quantization: plain data. */
export interface Findings {
  readonly files: { readonly source: string; readonly output: string };
  readonly how: HowQuantized;
  /** Of the machine it was measured on. */
  readonly machine: {
    readonly libtorch: string;
    readonly instructions: string;
    readonly threads: number;
  };
  readonly quantized: readonly QuantizedLayer[];
  readonly skipped: readonly SkippedLayer[];
  /** The source against the result. */
  readonly comparison: ModuleComparison;
  /** Most costly first; null where it was not measured. */
  readonly sensitivity: readonly LayerSensitivity[] | null;
  /** Of layers whose weights have names. */
  readonly weights: readonly WeightSpread[];
}
