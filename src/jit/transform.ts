import { makeError } from '../make-error.js';
import { untilAborted } from '../module/abort.js';
import { settle } from '../module/caller-stack.js';
import { native } from '../native/addon.js';
import type { NativeModule } from '../native/types.js';
import { describe } from '../tensor/describe.js';

/** What every rewriting of a module takes. */
export interface TransformOptions {
  /** Rejects with the signal's reason as soon as it aborts; what is made later is let go. */
  readonly signal?: AbortSignal | undefined;
}

/** Awaits new modules, unless the signal aborts first. @internal */
export async function settleModules(
  start: () => Promise<NativeModule[]>,
  signal: AbortSignal | undefined,
): Promise<NativeModule[]> {
  if (signal?.aborted) throw signal.reason;
  const promise = start();
  if (signal === undefined) return settle(promise);
  let dropped = false;
  const cancel = (): void => {
    dropped = true;
  };
  promise.then(
    (handles) => {
      if (dropped) for (const handle of handles) native.module.dispose(handle);
    },
    () => {},
  );
  return (await untilAborted({ promise, cancel }, signal)) as NativeModule[];
}

/** The signal of an option bag, checked. @internal */
export function checkSignal(where: string, signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const got = describe(signal);
  throw makeError('ERR_INVALID_ARG_TYPE', `${where}: signal: expected an AbortSignal, got ${got}`);
}

/** A list of names, checked. @internal */
export function checkNames(where: string, names: unknown): readonly string[] {
  if (names === undefined) return [];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  const got = describe(names);
  throw makeError('ERR_INVALID_ARG_TYPE', `${where}: expected an array of names, got ${got}`);
}
