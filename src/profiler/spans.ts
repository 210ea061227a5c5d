import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import type { Span } from './events.js';

let recorded: Span[] | null = null;

/** Microseconds of the clock that native code records with. */
function now(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

/** Begins to keep what `recordFunction` names. */
export function startSpans(): void {
  recorded = [];
}

/** What was kept, from the start of a profile; `runs` over awaits are marked. */
export function stopSpans(start: number): Span[] {
  const spans = (recorded ?? []).map((span) => ({ ...span, start: span.start - start }));
  recorded = null;
  return spans;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise;
}

/**
 * Runs a function, synchronous or not, and gives what it gives; in a profile it is an event of that
 * name. Costs nothing while no profile is taken.
 *
 * @example
 * ```ts
 * import { profileSync, rand, recordFunction } from 'libtorch-node';
 *
 * const taken = profileSync(() => recordFunction('prepare', () => rand([8, 8]).softmax(-1)));
 * console.log(taken.events[0]?.name, taken.events[0]?.kind); // prepare javascript
 * ```
 */
export function recordFunction<T>(name: string, fn: () => T): T {
  if (typeof name !== 'string' || typeof fn !== 'function') {
    const got = `${describe(name)} and ${describe(fn)}`;
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `recordFunction: expected a name and a function, got ${got}`,
    );
  }
  const spans = recorded;
  if (spans === null) return fn();
  const start = now();
  const end = (isAsync: boolean): void => {
    spans.push({ name, start, duration: now() - start, isAsync });
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    end(false);
    throw error;
  }
  if (!isPromise(result)) {
    end(false);
    return result;
  }
  return result.finally(() => end(true)) as T;
}
