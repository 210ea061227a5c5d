/** What the promise rejects with, an Error or not; null when it does not reject. */
export const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );
