import { makeError } from '../make-error.js';

/** What a scope holds: anything that owns memory and can say so. */
export interface Disposable {
  dispose(): void;
}

/** Tensors made since a `tidy` began, and those it must leave alone. */
interface Frame {
  readonly outer: Frame | null;
  readonly made: Disposable[];
  kept: Set<Disposable> | null;
}

let current: Frame | null = null;
let isTensor: (value: object) => value is Disposable = (_value): _value is Disposable => false;

/** Tells the scopes what a tensor is, without a circular import. @internal */
export function setTensorTest(test: (value: object) => value is Disposable): void {
  isTensor = test;
}

/** Called by each new tensor. @internal */
export function register(tensor: Disposable): void {
  if (current !== null) current.made.push(tensor);
}

/** Calls `visit` with each tensor in the value: in arrays, plain objects, Maps and Sets. */
function eachTensor(value: unknown, visit: (tensor: Disposable) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (isTensor(value)) {
    visit(value);
    return;
  }
  const seen = new Set<object>();
  const pending: unknown[] = [value];
  while (pending.length > 0) {
    const item = pending.pop();
    if (typeof item !== 'object' || item === null) continue;
    if (isTensor(item)) {
      visit(item);
      continue;
    }
    if (seen.has(item)) continue;
    seen.add(item);
    if (Array.isArray(item) || item instanceof Set) for (const inner of item) pending.push(inner);
    else if (item instanceof Map) for (const entry of item) pending.push(entry[0], entry[1]);
    else if (isPlain(item)) for (const inner of Object.values(item)) pending.push(inner);
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Disposes what the frame made, except what survives; survivors move to the outer scope. */
function close(frame: Frame, result: unknown): void {
  const { made, kept, outer } = frame;
  let survivors: Set<Disposable> | null = null;
  if (made.length > 0) {
    eachTensor(result, (tensor) => {
      survivors ??= new Set();
      survivors.add(tensor);
    });
  }
  for (const tensor of made) {
    if (kept?.has(tensor)) continue;
    if ((survivors as Set<Disposable> | null)?.has(tensor)) outer?.made.push(tensor);
    else tensor.dispose();
  }
}

function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/**
 * Runs a synchronous function and disposes every tensor made in it, except those it returns
 * (also inside arrays, plain objects, Maps and Sets) and those given to {@link keep}. What is
 * returned belongs to the outer `tidy`, where there is one. A function that throws keeps nothing.
 *
 * @throws TypeError `ERR_TIDY_PROMISE` when the function returns a Promise: use {@link tidyAsync}.
 * @example
 * ```ts
 * import { randn, tidy } from 'libtorch-node';
 *
 * const row = tidy(() => randn([8, 4]).transpose(0, 1).contiguous().reshape(1, 32));
 * console.log(row.shape); // [1, 32]
 * ```
 */
export function tidy<T>(fn: () => T): T {
  const frame: Frame = { outer: current, made: [], kept: null };
  current = frame;
  let result: T | undefined;
  try {
    result = fn();
    if (isThenable(result)) {
      (result as Promise<unknown>).then(undefined, () => {});
      result = undefined;
      throw makeError(
        'ERR_TIDY_PROMISE',
        'tidy: the function returned a Promise, and tidy is synchronous: use tidyAsync',
      );
    }
    return result;
  } catch (error) {
    result = undefined;
    throw error;
  } finally {
    current = frame.outer;
    close(frame, result);
  }
}

/**
 * Takes a tensor out of every `tidy` that is running: it lives until it is disposed.
 *
 * @example
 * ```ts
 * import { keep, tidy, zeros } from 'libtorch-node';
 *
 * let state = zeros([4]);
 * tidy(() => {
 *   state = keep(zeros([4]));
 * });
 * console.log(state.isDisposed); // false
 * ```
 */
export function keep<T extends Disposable>(tensor: T): T {
  for (let frame = current; frame !== null; frame = frame.outer) {
    frame.kept ??= new Set();
    frame.kept.add(tensor);
  }
  return tensor;
}

/** What an asynchronous function uses to say which tensors end with it. */
export interface AsyncScope {
  /** Marks every tensor in the value to be disposed at the end of the scope; returns the value. */
  track<T>(value: T): T;
  /** Runs a synchronous {@link tidy}; the tensors it returns are tracked. */
  tidy<T>(fn: () => T): T;
  /** Takes a tensor out of the scope; returns it. */
  keep<T extends Disposable>(tensor: T): T;
}

/**
 * Runs an asynchronous function and disposes what its scope tracked, except what it returns.
 * The scope is an argument, because following async context would slow every await of the process.
 *
 * @example
 * ```ts
 * import { tidyAsync, zeros } from 'libtorch-node';
 *
 * const values = await tidyAsync(async (scope) => {
 *   const x = scope.track(zeros([2, 2]));
 *   return x.toArrayAsync();
 * });
 * console.log(values); // [[0, 0], [0, 0]]
 * ```
 */
export async function tidyAsync<T>(fn: (scope: AsyncScope) => Promise<T>): Promise<T> {
  const tracked = new Set<Disposable>();
  let isOpen = true;
  const add = <V>(value: V): V => {
    // After the end nothing would dispose it any more.
    eachTensor(value, (tensor) => (isOpen ? tracked.add(tensor) : tensor.dispose()));
    return value;
  };
  const scope: AsyncScope = {
    track: add,
    tidy: (run) => add(tidy(run)),
    keep: (tensor) => {
      tracked.delete(tensor);
      return tensor;
    },
  };
  let result: T | undefined;
  try {
    result = await fn(scope);
    return result;
  } finally {
    isOpen = false;
    eachTensor(result, (tensor) => tracked.delete(tensor));
    for (const tensor of tracked) tensor.dispose();
  }
}
