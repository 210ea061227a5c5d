import { checkSignal, type TransformOptions } from '../jit/transform.js';
import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import type { ModuleInput } from '../module/value.js';
import type { CalibrationBatches } from '../quantization/calibrate.js';
import { checkSelection, type LayerSelection } from '../quantization/layers.js';
import type { QuantizeDynamicOptions } from '../quantization/quantize-dynamic.js';
import type { QuantizeStaticOptions } from '../quantization/quantize-static.js';
import type { QuantizeWeightsOptions } from '../quantization/quantize-weights.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';

/** How `optimize` prunes. */
export interface PruneStage {
  /** Which part of the weights, or of each layer's channels, is to go in the end: from 0 to 1. */
  readonly amount: number;
  /** Whole channels, which are then cut out, instead of single weights; false unless given. */
  readonly structured?: boolean | undefined;
  /** In how many steps, with fine-tuning after each; 1 unless given. */
  readonly rounds?: number | undefined;
  /**
   * Which convolution and linear layers; all unless given, or, for channels, those whose channels can be
   * cut out.
   */
  readonly layers?: LayerSelection | undefined;
}

/** What fine-tuning is called with, beside the module. */
export interface FineTuneStep {
  /** From 1. */
  readonly round: number;
  readonly rounds: number;
  /** Which part of the module's parameters is zero, from 0 to 1. */
  readonly sparsity: number;
}

/** How `optimize` quantizes: a method's name, or its options too. */
export type QuantizeStage =
  | 'dynamic'
  | 'static'
  | 'weights'
  | ({ readonly method: 'dynamic' } & Omit<QuantizeDynamicOptions, 'signal'>)
  | ({ readonly method: 'static' } & Omit<QuantizeStaticOptions, 'signal'>)
  | ({ readonly method: 'weights' } & Omit<QuantizeWeightsOptions, 'signal'>);

/** What `optimize` is about to do. */
export interface OptimizeProgress {
  readonly stage: 'prune' | 'fineTune' | 'shrink' | 'quantize';
  /** Of pruning and fine-tuning, from 1; 1 for the others. */
  readonly round: number;
}

/** Options of `optimize`. */
export interface OptimizeOptions<Args extends unknown[] = ModuleInput[], Output = Tensor>
  extends TransformOptions {
  readonly prune?: PruneStage | undefined;
  /**
   * Trains the module for a while, after each round of pruning; zeros stay zeros. It has a mask where it was
   * pruned, and may be put into training mode.
   */
  readonly fineTune?:
    | ((model: ScriptModule<Args, Output>, step: FineTuneStep) => Promise<void> | void)
    | undefined;
  /** Whether to cut channels out that are empty; what `prune.structured` says unless given. */
  readonly shrink?: boolean | undefined;
  readonly quantize?: QuantizeStage | undefined;
  /** What static quantization calibrates with. */
  readonly calibration?: CalibrationBatches | undefined;
  /** Called before each stage. */
  readonly onProgress?: ((progress: OptimizeProgress) => void) | undefined;
}

/** The options checked. @internal */
export interface ResolvedOptions<Args extends unknown[], Output> {
  readonly prune: Required<Omit<PruneStage, 'layers'>> | null;
  readonly layers: LayerSelection | undefined;
  readonly fineTune: OptimizeOptions<Args, Output>['fineTune'];
  readonly shrink: boolean;
  readonly quantize: Exclude<QuantizeStage, string> | null;
  readonly calibration: CalibrationBatches | undefined;
  readonly onProgress: (progress: OptimizeProgress) => void;
  readonly signal: AbortSignal | undefined;
}

const where = 'optimize';
const names = ['prune', 'fineTune', 'shrink', 'quantize', 'calibration', 'onProgress', 'signal'];
const methods: readonly unknown[] = ['dynamic', 'static', 'weights'];

function wrongType(option: string, expected: string, got: unknown): Error {
  const message = `${where}: ${option}: expected ${expected}, got ${describe(got)}`;
  return makeError('ERR_INVALID_ARG_TYPE', message);
}

function flag(option: string, value: unknown, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (typeof value === 'boolean') return value;
  throw wrongType(option, 'true or false', value);
}

function callback(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw wrongType(option, 'a function', value);
  }
}

function resolvePrune(stage: PruneStage | undefined): Required<Omit<PruneStage, 'layers'>> | null {
  if (stage === undefined) return null;
  checkOptions(`${where}: prune`, stage, ['amount', 'structured', 'rounds', 'layers']);
  const { amount, rounds = 1 } = stage;
  if (typeof amount !== 'number') throw wrongType('prune.amount', 'a number', amount);
  if (!(amount >= 0 && amount <= 1)) {
    const message = `${where}: prune.amount: expected a fraction from 0 to 1, got ${amount}`;
    throw makeError('ERR_OUT_OF_RANGE', message);
  }
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    const message = `${where}: prune.rounds: expected an integer above 0, got ${describe(rounds)}`;
    throw makeError('ERR_OUT_OF_RANGE', message);
  }
  return { amount, rounds, structured: flag('prune.structured', stage.structured, false) };
}

function resolveQuantize(
  stage: QuantizeStage | undefined,
  calibration: unknown,
): Exclude<QuantizeStage, string> | null {
  if (stage === undefined) return null;
  const resolved = typeof stage === 'string' ? { method: stage } : stage;
  if (typeof resolved !== 'object' || resolved === null || !methods.includes(resolved.method)) {
    throw makeError(
      'ERR_INVALID_ARG_VALUE',
      `${where}: quantize: expected 'dynamic', 'static' or 'weights', or an object with such a ` +
        `method, got ${describe(stage)}`,
    );
  }
  if (resolved.method === 'static' && calibration === undefined) {
    const message = `${where}: calibration: static quantization needs batches of inputs`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }
  return resolved;
}

/** @internal */
export function resolveOptions<Args extends unknown[], Output>(
  options: OptimizeOptions<Args, Output>,
): ResolvedOptions<Args, Output> {
  checkOptions(where, options, names);
  const stages = [options?.prune, options?.fineTune, options?.shrink, options?.quantize];
  if (stages.every((stage) => stage === undefined)) {
    const message = `${where}: expected prune, fineTune, shrink or quantize: there is nothing to do`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }
  callback('fineTune', options.fineTune);
  callback('onProgress', options.onProgress);
  const prune = resolvePrune(options.prune);
  return {
    prune,
    layers: checkSelection(`${where}: prune`, options.prune?.layers),
    fineTune: options.fineTune,
    shrink: flag('shrink', options.shrink, prune?.structured ?? false),
    quantize: resolveQuantize(options.quantize, options.calibration),
    calibration: options.calibration,
    onProgress: options.onProgress ?? (() => {}),
    signal: checkSignal(where, options.signal),
  };
}
