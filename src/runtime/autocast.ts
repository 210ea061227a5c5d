import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeAutocast } from '../native/types.js';
import { describe } from '../tensor/describe.js';
import { syncScope } from './sync-scope.js';

/** How operators choose their precision. */
export interface AutocastOptions {
  /** Whose operators; 'cpu' unless given. */
  readonly device?: 'cpu' | 'cuda' | undefined;
  /** The lower precision: 'bfloat16' on the CPU and 'float16' on CUDA, unless given. */
  readonly dtype?: 'bfloat16' | 'float16' | undefined;
  /** False turns it off within a scope where it is on. */
  readonly enabled?: boolean | undefined;
  /** Whether weights that were cast stay cast until the outermost scope ends; true at first. */
  readonly cacheEnabled?: boolean | undefined;
}

const choices: Readonly<Record<string, readonly unknown[]>> = {
  device: ['cpu', 'cuda'],
  dtype: ['bfloat16', 'float16'],
  enabled: [true, false],
  cacheEnabled: [true, false],
};

function fail(code: string, where: string, message: string): Error {
  return makeError(code, `${where}: ${message}`);
}

/** Checks options and brings them into the form that the addon takes; null for none. @internal */
export function resolveAutocast(where: string, options: unknown): NativeAutocast | null {
  if (options === undefined) return null;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const got = describe(options);
    throw fail(
      'ERR_INVALID_ARG_TYPE',
      where,
      `autocast: expected an object of options, got ${got}`,
    );
  }
  for (const [key, value] of Object.entries(options)) {
    const allowed = Object.hasOwn(choices, key) ? choices[key] : undefined;
    if (allowed === undefined)
      throw fail('ERR_UNKNOWN_ARGUMENT', where, `autocast: no option '${key}'`);
    if (value !== undefined && !allowed.includes(value)) {
      const expected = allowed.map((choice) => JSON.stringify(choice)).join(' or ');
      const message = `autocast: ${key}: expected ${expected}, got ${describe(value)}`;
      throw fail('ERR_INVALID_ARG_VALUE', where, message);
    }
  }
  const { device = 'cpu', dtype, enabled = true, cacheEnabled } = options as AutocastOptions;
  return { device, enabled, dtype: dtype ?? null, cache: cacheEnabled ?? null };
}

/**
 * Runs a synchronous function in which operators choose their precision: matrix products and
 * convolutions take the lower one, what needs range or exactness float32, as PyTorch's lists say.
 * Runs of modules that start in the function take it along, to their thread too.
 *
 * @throws TypeError `ERR_SCOPE_PROMISE` when the function returns a Promise; TorchError
 * `ERR_DEVICE_UNAVAILABLE` for 'cuda' where there is none.
 * @example
 * ```ts
 * import { autocast, matmul, ones } from 'libtorch-node';
 *
 * const y = autocast({ device: 'cpu', dtype: 'bfloat16' }, () => matmul(ones([2, 3]), ones([3, 2])));
 * console.log(y.dtype); // 'bfloat16'
 * ```
 */
export function autocast<T>(options: AutocastOptions, fn: () => T): T {
  const change = resolveAutocast('autocast', options ?? {}) as NativeAutocast;
  return syncScope(
    'autocast',
    'A run of a module remembers the scope it was called in: start it in here, and await it outside; ' +
      'or give it { autocast } as an option',
    fn,
    () => native.autocast.enter(change),
    () => native.autocast.leave(),
  );
}

/**
 * Whether operators of a device choose their precision here.
 *
 * @example
 * ```ts
 * import { autocast, isAutocastEnabled } from 'libtorch-node';
 *
 * console.log(isAutocastEnabled(), autocast({}, () => isAutocastEnabled())); // false true
 * ```
 */
export function isAutocastEnabled(device: 'cpu' | 'cuda' = 'cpu'): boolean {
  const state = native.autocast.current();
  return (device === 'cuda' ? state.cuda : state.cpu).enabled;
}
