import { native } from '../native/addon.js';
import { syncScope } from '../runtime/sync-scope.js';

type Mode = Parameters<typeof native.autograd.within>[0];

function within<T>(name: string, mode: Mode, fn: () => T): T {
  const way =
    'A run of a module remembers the mode it was called in: start it here, await it outside';
  const isCallable = typeof fn === 'function';
  return syncScope(name, way, isCallable ? () => native.autograd.within(mode, fn) : fn);
}

/**
 * Calls a synchronous function in which autograd records nothing, as PyTorch's `torch.no_grad`:
 * parameters may be changed in place there. Runs of modules started in it record nothing either.
 *
 * @throws TypeError `ERR_SCOPE_PROMISE` when the function returns a Promise.
 * @example
 * ```ts
 * import { noGrad, ones } from 'libtorch-node';
 *
 * const weight = ones([2], { requiresGrad: true });
 * noGrad(() => weight.mul_(0.5));
 * console.log(weight.toArray(), weight.isLeaf); // [0.5, 0.5] true
 * ```
 */
export function noGrad<T>(fn: () => T): T {
  return within('noGrad', 'none', fn);
}

/**
 * Calls a synchronous function in which autograd records, as PyTorch's `torch.enable_grad`, also
 * inside `noGrad`. Runs of modules started directly in it record whatever the module's mode is.
 *
 * @throws TypeError `ERR_SCOPE_PROMISE` when the function returns a Promise.
 * @example
 * ```ts
 * import { enableGrad, noGrad, ones } from 'libtorch-node';
 *
 * const x = ones([2], { requiresGrad: true });
 * const y = noGrad(() => enableGrad(() => x.mul(2)));
 * console.log(y.requiresGrad); // true
 * ```
 */
export function enableGrad<T>(fn: () => T): T {
  return within('enableGrad', 'enabled', fn);
}

/**
 * Calls a synchronous function in PyTorch's inference mode: faster than `noGrad`, but the tensors
 * made in it are inference tensors, which autograd refuses outside and which nothing may change in
 * place there; `clone()` makes a normal one.
 *
 * @throws TypeError `ERR_SCOPE_PROMISE` when the function returns a Promise.
 * @example
 * ```ts
 * import { inferenceMode, ones } from 'libtorch-node';
 *
 * const y = inferenceMode(() => ones([2]).mul(3));
 * console.log(y.isInference(), y.toArray()); // true [3, 3]
 * ```
 */
export function inferenceMode<T>(fn: () => T): T {
  return within('inferenceMode', 'inference', fn);
}

/**
 * Whether autograd records on this thread: true outside of `noGrad` and `inferenceMode`.
 *
 * @example
 * ```ts
 * import { isGradEnabled, noGrad } from 'libtorch-node';
 *
 * console.log(isGradEnabled(), noGrad(isGradEnabled)); // true false
 * ```
 */
export function isGradEnabled(): boolean {
  return native.autograd.isGradEnabled();
}

/**
 * Whether this is inside `inferenceMode`.
 *
 * @example
 * ```ts
 * import { inferenceMode, isInferenceModeEnabled } from 'libtorch-node';
 *
 * console.log(inferenceMode(isInferenceModeEnabled)); // true
 * ```
 */
export function isInferenceModeEnabled(): boolean {
  return native.autograd.isInferenceModeEnabled();
}
