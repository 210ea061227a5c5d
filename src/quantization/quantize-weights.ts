import { checkSignal, type TransformOptions } from '../jit/transform.js';
import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativePrepared } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { quantizeWithin } from './accuracy-limit.js';
import {
  type AccuracyLimitOptions,
  accuracyOptionNames,
  resolveLimit,
} from './accuracy-options.js';
import { checkSelection, type LayerSelection } from './layers.js';
import type { QuantizationResult } from './result.js';
import { rewrite, rewriteSync } from './rewrite.js';

/** Options of `quantizeWeightsSync`. */
export interface QuantizeWeightsSyncOptions {
  /** What the weights of linear layers become; 'int8' unless given, false leaves them. */
  readonly linear?: 'int8' | 'int4' | false | undefined;
  /** What embeddings become; 'uint8' unless given, false leaves them. */
  readonly embedding?: 'uint8' | false | undefined;
  /** How many columns of an int4 weight share a scale: even; 32 unless given. */
  readonly groupSize?: number | undefined;
  /** Which layers; all linear layers and embeddings unless given. */
  readonly layers?: LayerSelection | undefined;
}

/** Options of `quantizeWeights`. */
export interface QuantizeWeightsOptions
  extends QuantizeWeightsSyncOptions,
    AccuracyLimitOptions,
    TransformOptions {}

const names = ['linear', 'embedding', 'groupSize', 'layers'];
const linearFormats = ['int8', 'int4', false] as const;
const embeddingFormats = ['uint8', false] as const;

interface Resolved {
  readonly selection: LayerSelection | undefined;
  readonly native: readonly [linear: string | null, embedding: boolean, groupSize: number];
}

function oneOf<T>(where: string, option: string, value: unknown, formats: readonly T[]): T {
  if (value === undefined) return formats[0] as T;
  if (formats.includes(value as T)) return value as T;
  const known = formats.map((format) => (format === false ? 'false' : `'${format}'`)).join(', ');
  const got = describe(value);
  throw makeError('ERR_INVALID_ARG_VALUE', `${where}: ${option}: expected ${known}, got ${got}`);
}

function checkGroupSize(where: string, value: unknown): number {
  if (value === undefined) return 32;
  if (typeof value !== 'number') {
    const got = describe(value);
    throw makeError('ERR_INVALID_ARG_TYPE', `${where}: groupSize: expected a number, got ${got}`);
  }
  if (Number.isSafeInteger(value) && value > 0 && value % 2 === 0) return value;
  throw makeError(
    'ERR_OUT_OF_RANGE',
    `${where}: groupSize: expected an even integer above 0, got ${value}`,
  );
}

function resolve(where: string, given: unknown, more: readonly string[]): Resolved {
  const options = checkOptions(where, given as QuantizeWeightsSyncOptions, [...names, ...more]);
  const linear = oneOf(where, 'linear', options?.linear, linearFormats);
  const embedding = oneOf(where, 'embedding', options?.embedding, embeddingFormats);
  if (linear === false && embedding === false) {
    const message = `${where}: linear and embedding are both false: there is nothing to do`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }
  const groupSize = checkGroupSize(where, options?.groupSize);
  const selection = checkSelection(where, options?.layers);
  return { selection, native: [linear || null, embedding !== false, groupSize] };
}

/**
 * Makes files and memory smaller, not models faster: weights of linear layers become int8 (a quarter of
 * float32) or int4 (a seventh), embeddings rows of uint8. The result is a copy whose graph makes floats of
 * them whenever it runs, a layer at a time, by plain operators on plain int8 and uint8 tensors: it needs no
 * quantized dtypes or engines, freezing does not undo it, and it runs on every device. On one row a layer
 * takes 2 (int8) or 5 (int4) times as long as in float32, on a hundred about the same.
 *
 * int8: `w = q * scale`, q in -127..127, a scale for each output. int4: `w = (q - zeroPoint) * scale`, q in
 * 0..15, both for each `groupSize` columns. uint8: `w = q * scale + minimum` for each row. A weight that an
 * embedding shares with a linear layer stays shared, as int8. Throws ERR_NO_LAYER for a selection that
 * matches nothing.
 *
 * @example
 * ```ts
 * import { loadModule, quantizeWeights } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using result = await quantizeWeights(model, { linear: 'int4' });
 * console.log(result.quantized[0]); // { name: 'fc1', kind: 'linear', dtype: 'int4' }
 * await result.module.save('mlp.int4.pt');
 * ```
 */
export async function quantizeWeights<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: QuantizeWeightsOptions,
): Promise<QuantizationResult<Args, Output>> {
  const where = 'quantizeWeights';
  const resolved = resolve(where, options, ['signal', ...accuracyOptionNames]);
  const signal = checkSignal(where, options?.signal);
  const limit = resolveLimit(where, options);
  const start = (prepared: NativePrepared, layers: readonly string[]) =>
    native.quantization.weights(prepared, layers, ...resolved.native);
  const quantize = (selection = resolved.selection) =>
    rewrite(where, model, selection, signal, start);
  return limit === null ? quantize() : quantizeWithin(where, model, limit, quantize, signal);
}

/**
 * `quantizeWeights` on this thread.
 *
 * @example
 * ```ts
 * import { loadModuleSync, ones, quantizeWeightsSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using result = quantizeWeightsSync(model, { layers: 'fc1' });
 * console.log(result.skipped[0]?.reason); // it was not selected
 * console.log(result.module.forwardSync(ones([2, 16])).shape); // [2, 4]
 * ```
 */
export function quantizeWeightsSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: QuantizeWeightsSyncOptions,
): QuantizationResult<Args, Output> {
  const where = 'quantizeWeightsSync';
  const resolved = resolve(where, options, []);
  const start = (prepared: NativePrepared, layers: readonly string[]) =>
    native.quantization.weightsSync(prepared, layers, ...resolved.native);
  return rewriteSync(where, model, resolved.selection, start);
}
