import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/**
 * Runs a function between `enter` and `leave`, which hold for this thread: what comes after an await
 * would run outside, so a Promise is refused; `way` says what to do instead. @internal
 */
export function syncScope<T>(
  where: string,
  way: string,
  fn: () => T,
  enter: () => void = () => {},
  leave: () => void = () => {},
): T {
  if (typeof fn !== 'function') {
    throw makeError('ERR_INVALID_ARG_TYPE', `${where}: expected a function, got ${describe(fn)}`);
  }
  enter();
  let result: T;
  try {
    result = fn();
  } finally {
    leave();
  }
  if (!isThenable(result)) return result;
  result.then(undefined, () => {});
  throw makeError(
    'ERR_SCOPE_PROMISE',
    `${where}: the function returned a Promise, and ${where} ends when the function returns. ${way}`,
  );
}
