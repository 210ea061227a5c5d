import { untilAborted } from '../module/abort.js';
import { settle } from '../module/caller-stack.js';
import { requireParts } from '../module/module-parts.js';
import type { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import type { NativePrepared, NativeQuantization } from '../native/types.js';
import { type LayerSelection, selectLayers } from './layers.js';
import { makeResult, type QuantizationResult } from './result.js';

/** What is done with a prepared module and the names of the layers selected. */
type Start<Result> = (prepared: NativePrepared, layers: readonly string[]) => Result;

/**
 * Prepares a module, selects layers on this thread, and rewrites them natively.
 * @internal
 */
export async function rewrite<Args extends unknown[], Output>(
  where: string,
  model: ScriptModule<Args, Output>,
  selection: LayerSelection | undefined,
  signal: AbortSignal | undefined,
  start: Start<Promise<NativeQuantization>>,
): Promise<QuantizationResult<Args, Output>> {
  return rewriteInSteps(where, model, selection, signal, (prepared, layers) =>
    settle(start(prepared, layers)),
  );
}

/** The same where the caller's code runs in between: its errors keep their stacks. @internal */
export async function rewriteInSteps<Args extends unknown[], Output>(
  where: string,
  model: ScriptModule<Args, Output>,
  selection: LayerSelection | undefined,
  signal: AbortSignal | undefined,
  start: Start<Promise<NativeQuantization>>,
): Promise<QuantizationResult<Args, Output>> {
  const parts = requireParts(where, model);
  if (signal?.aborted) throw signal.reason;
  let dropped = false;
  const run = async (): Promise<QuantizationResult<Args, Output>> => {
    const { prepared, layers } = await settle(native.quantization.prepare(parts.handle, where));
    try {
      signal?.throwIfAborted();
      const selected = selectLayers(where, layers, selection);
      const result = await start(prepared, [...selected]);
      if (dropped) {
        native.module.dispose(result.module);
        throw signal?.reason;
      }
      return makeResult<Args, Output>(parts, layers, selected, result);
    } finally {
      native.quantization.release(prepared);
    }
  };
  const promise = run();
  if (signal === undefined) return promise;
  const cancel = (): void => {
    dropped = true;
  };
  return (await untilAborted({ promise, cancel }, signal)) as QuantizationResult<Args, Output>;
}

/** `rewrite` on this thread. @internal */
export function rewriteSync<Args extends unknown[], Output>(
  where: string,
  model: ScriptModule<Args, Output>,
  selection: LayerSelection | undefined,
  start: Start<NativeQuantization>,
): QuantizationResult<Args, Output> {
  const parts = requireParts(where, model);
  const { prepared, layers } = native.quantization.prepareSync(parts.handle, where);
  try {
    const selected = selectLayers(where, layers, selection);
    return makeResult<Args, Output>(parts, layers, selected, start(prepared, [...selected]));
  } finally {
    native.quantization.release(prepared);
  }
}
