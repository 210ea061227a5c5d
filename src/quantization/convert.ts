import { checkSignal } from '../jit/transform.js';
import { untilAborted } from '../module/abort.js';
import { settle } from '../module/caller-stack.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativeQuantization } from '../native/types.js';
import { checkOptions } from '../tensor/options.js';
import { checkEngine, type QuantizedEngine } from './engines.js';
import { makeResult, type QuantizationResult } from './result.js';

/** Options of `convertSync`. */
export interface ConvertSyncOptions {
  /** Whose kernels the weights are packed for; `backends.quantized.engine` unless given. */
  readonly engine?: QuantizedEngine | undefined;
}

/** Options of `convert`. */
export interface ConvertOptions extends ConvertSyncOptions {
  /** Rejects with the signal's reason as soon as it aborts; what is made later is let go. */
  readonly signal?: AbortSignal | undefined;
}

/** Starts a conversion, and lets go of what it makes when the signal aborts first. */
async function until(
  start: () => Promise<NativeQuantization>,
  signal: AbortSignal | undefined,
): Promise<NativeQuantization> {
  if (signal?.aborted) throw signal.reason;
  const promise = start();
  if (signal === undefined) return settle(promise);
  let dropped = false;
  promise.then(
    ({ module }) => {
      if (dropped) native.module.dispose(module);
    },
    () => {},
  );
  const cancel = (): void => {
    dropped = true;
  };
  return (await untilAborted({ promise, cancel }, signal)) as NativeQuantization;
}

/**
 * The quantized module that a module of `prepareQat` stands for, on the CPU and in evaluation mode: its
 * layers hold 8-bit weights and compute in 8 bits. The trained module stays as it is. Throws
 * ERR_NOT_PREPARED for other modules, ERR_NOT_CALIBRATED for one that has never run.
 *
 * @example
 * ```ts
 * import { convert, loadModule, ones, prepareQat } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * using qat = await prepareQat(model);
 * await qat.eval().forward(ones([2, 16])); // shows the ranges, as training does
 * using result = await convert(qat);
 * console.log(result.quantized.map(({ name }) => name)); // [fc1, fc2]
 * console.log((await result.module.forward(ones([2, 16]))).shape); // [2, 4]
 * ```
 */
export async function convert<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: ConvertOptions,
): Promise<QuantizationResult<Args, Output>> {
  const parts = requireParts('convert', model);
  checkOptions('convert', options, ['engine', 'signal']);
  const engine = checkEngine('convert', options?.engine);
  const signal = checkSignal('convert', options?.signal);
  const result = await until(() => native.quantization.convert(parts.handle, engine), signal);
  return makeResult<Args, Output>(parts, [], new Set(), result);
}

/**
 * `convert` on this thread.
 *
 * @example
 * ```ts
 * import { convertSync, loadModuleSync, ones, prepareQatSync } from 'libtorch-node';
 *
 * using model = loadModuleSync('mlp.pt');
 * using qat = prepareQatSync(model);
 * qat.eval().forwardSync(ones([2, 16]));
 * using result = convertSync(qat, { engine: 'fbgemm' });
 * console.log(result.quantized[0]); // { name: 'fc1', kind: 'linear', dtype: 'qint8' }
 * ```
 */
export function convertSync<Args extends unknown[], Output>(
  model: ScriptModule<Args, Output>,
  options?: ConvertSyncOptions,
): QuantizationResult<Args, Output> {
  const parts = requireParts('convertSync', model);
  checkOptions('convertSync', options, ['engine']);
  const engine = checkEngine('convertSync', options?.engine);
  const result = native.quantization.convertSync(parts.handle, engine);
  return makeResult<Args, Output>(parts, [], new Set(), result);
}
