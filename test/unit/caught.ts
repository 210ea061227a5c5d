/** An error as the tests look at it. */
export interface Caught {
  readonly error: Error;
  readonly name: string;
  readonly code: unknown;
  readonly message: string;
}

function describeError(error: unknown): Caught {
  if (!(error instanceof Error)) throw new Error(`expected an Error, got ${String(error)}`);
  const { name, message } = error;
  return { error, name, code: (error as { code?: unknown }).code, message };
}

/** What the function throws; fails when it does not. */
export function caught(fn: () => unknown): Caught {
  let result: unknown;
  try {
    result = fn();
  } catch (error) {
    return describeError(error);
  }
  throw new Error(`expected an error, got ${String(result)}`);
}

/** What the promise rejects with; fails when it does not. */
export async function rejected(promise: Promise<unknown>): Promise<Caught> {
  const result = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in result) return describeError(result.error);
  throw new Error(`expected a rejection, got ${String(result.value)}`);
}
