import { makeError } from '../make-error.js';
import type { AutocastOptions } from '../runtime/autocast.js';
import { Pool } from '../runtime/pool.js';
import { describeValue } from './tensor-matcher.js';
import type { ModuleInput } from './value.js';

/** Options of a synchronous run. */
export interface RunSyncOptions {
  /** Arguments by name. */
  readonly kwargs?: Readonly<Record<string, ModuleInput>> | undefined;
  /** The precision of this run, as a scope of `autocast` around it would set it. */
  readonly autocast?: AutocastOptions | undefined;
}

/** Options of an asynchronous run. */
export interface RunOptions extends RunSyncOptions {
  /** Aborting removes queued work, and rejects with the signal's reason at once. */
  readonly signal?: AbortSignal | undefined;
  /** Where it runs; the module's own pool unless given. */
  readonly pool?: Pool | undefined;
}

const known: ReadonlySet<string> = new Set(['kwargs', 'signal', 'pool', 'autocast']);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Hand-written, not zod: this lies on the way of every run. */
export function checkCall(method: unknown, args: unknown, options: unknown): void {
  if (typeof method !== 'string') {
    throw wrongType(`run: expected the method's name, got ${describeValue(method)}`);
  }
  if (!Array.isArray(args)) {
    const got = describeValue(args);
    throw wrongType(`${method}: expected an array of arguments, got ${got}`);
  }
  if (options === undefined) return;
  if (!isObject(options)) {
    throw wrongType(`${method}: expected an object of options, got ${describeValue(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.has(key)) continue;
    const way = 'keyword arguments go into { kwargs }';
    throw makeError('ERR_UNKNOWN_ARGUMENT', `${method}: no option '${key}'; ${way}`);
  }
  const { kwargs, signal, pool } = options as RunOptions;
  if (kwargs !== undefined && (!isObject(kwargs) || Array.isArray(kwargs))) {
    throw wrongType(`${method}: kwargs: expected an object, got ${describeValue(kwargs)}`);
  }
  if (signal !== undefined && !(isObject(signal) && 'aborted' in signal)) {
    throw wrongType(`${method}: signal: expected an AbortSignal, got ${describeValue(signal)}`);
  }
  if (pool !== undefined && !(pool instanceof Pool)) {
    throw wrongType(`${method}: pool: expected what createPool gave, got ${describeValue(pool)}`);
  }
}

function wrongType(message: string): Error {
  return makeError('ERR_INVALID_ARG_TYPE', message);
}
