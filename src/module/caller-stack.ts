/**
 * Gives an error that was made outside of JavaScript the frames that await it.
 * Call it in an async function that has just been resumed: V8 then knows who awaits, and nothing was
 * recorded for the calls that succeed.
 */
export function withCallerStack(error: unknown): unknown {
  if (error instanceof Error) Error.captureStackTrace(error, withCallerStack);
  return error;
}

/** Awaits native work, giving its failure the stack of whoever awaits. */
export async function settle<T>(pending: Promise<T>): Promise<T> {
  try {
    return await pending;
  } catch (error) {
    throw withCallerStack(error);
  }
}
