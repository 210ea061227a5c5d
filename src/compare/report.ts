import type { ModuleFormat } from '../module/module-parts.js';
import type { AccuracyComparison } from './accuracy.js';
import type { ErrorFigures, Tolerance } from './error-figures.js';
import type { Latency } from './latency.js';

/**
 * In what two results differ beside numbers: `'structure'`, only one has this part, or it is of another
 * kind; `'shape'`; `'dtype'`; `'value'`, texts and the like; `'opaque'`, objects that cannot be compared.
 */
export type DifferenceKind = 'structure' | 'shape' | 'dtype' | 'value' | 'opaque';

/** A difference that figures cannot tell. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** The part of the result: '' for the whole, `[0].boxes`. */
  readonly output: string;
  /** The first input that shows it, from 0. */
  readonly input: number;
  /** How many inputs show it. */
  readonly inputs: number;
  /** Whether the comparison fails by it: all do, but those of dtypes without `checkDtype`. */
  readonly counts: boolean;
  /** What the reference gives for that input, in words; null for nothing. */
  readonly reference: string | null;
  readonly other: string | null;
}

/** Errors of one part of the results, over all inputs. */
export interface OutputErrors extends ErrorFigures {
  /** '' for the whole result, `[0].boxes` for a part. */
  readonly output: string;
  /** The input with the largest absolute error; null where no element could be compared. */
  readonly worstInput: number | null;
}

/** Errors of one input, over all parts of its results. */
export interface InputErrors extends ErrorFigures {
  /** Its index, from 0. */
  readonly input: number;
  /** Within the tolerance, and without a difference that counts. */
  readonly passed: boolean;
  /** The part of the results with the largest absolute error. */
  readonly worstOutput: string | null;
}

/** What there is to say about one of the modules. */
export interface ComparedModule {
  /** Of its file, without the folder; null for bytes and instances. */
  readonly name: string | null;
  readonly format: ModuleFormat;
  /** Bytes on disk; of instances, of what `save` would write, or of the file of a lite module. */
  readonly sizeBytes: number | null;
  /** Of its calls; null where none were measured. */
  readonly latency: Latency | null;
  /** What loading and running it adds to the memory of a process, at most. */
  readonly peakMemoryBytes: number | null;
  /** Why a figure that was asked for is null. */
  readonly notMeasured: { readonly size?: string; readonly memory?: string };
}

/** What `compareModules` found: plain data. */
export interface ModuleComparison extends Tolerance {
  /** Whether all outputs are within the tolerance, and none of the differences counts. */
  readonly passed: boolean;
  readonly method: string;
  /** Over all outputs and inputs. */
  readonly errors: ErrorFigures;
  /** By part of the results, in the order in which they first came. */
  readonly outputs: readonly OutputErrors[];
  readonly inputs: readonly InputErrors[];
  readonly differences: readonly Difference[];
  /** By `evaluation`; null without it. */
  readonly accuracy: AccuracyComparison | null;
  readonly reference: ComparedModule;
  readonly other: ComparedModule;
  /** Median latency of the reference through that of the other: above 1, the other is faster. */
  readonly speedUp: number | null;
}
