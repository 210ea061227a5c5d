import type { RangeErrorCode, TypeErrorCode } from '../error-codes.js';
import { TorchError, type TorchErrorCode } from '../index.js';
import { makeError } from '../make-error.js';

/** A wrong argument: the built-in class with a code. */
export function wrongArgument(code: TypeErrorCode | RangeErrorCode, message: string): Error {
  return makeError(code, message);
}

/** What failed. Its class comes from the package: this entry has a bundle of its own. */
export function failure(code: TorchErrorCode, message: string, cause?: unknown): TorchError {
  return new TorchError(code, message, cause === undefined ? {} : { cause });
}

/** The words of what was thrown. */
export function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
