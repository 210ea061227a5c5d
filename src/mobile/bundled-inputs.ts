import { makeError } from '../make-error.js';
import type { Method } from '../module/method.js';
import type { ModuleInput, ModuleValue } from '../module/value.js';
import { describe } from '../tensor/describe.js';

/** Example arguments of one method: one array for each call. */
export type BundledInputs = readonly (readonly ModuleInput[])[];

/** Example arguments to store: of `forward`, or by the method's name. */
export type BundledInputsByMethod = BundledInputs | Readonly<Record<string, BundledInputs>>;

/** The method of a file that gives them; null where there is none. @internal */
export function bundledMethod(methods: readonly Method[], of: string): string | null {
  const names = new Set(methods.map(({ name }) => name));
  const own = `get_all_bundled_inputs_for_${of}`;
  if (names.has(own)) return own;
  // Files of PyTorch before 1.8 know those of `forward` alone.
  return of === 'forward' && names.has('get_all_bundled_inputs') ? 'get_all_bundled_inputs' : null;
}

/** What such a method gave, a list of tuples, as arrays of arguments. @internal */
export function toArguments(value: unknown): ModuleValue[][] {
  return Array.isArray(value) ? value.map((tuple) => [...(tuple as ModuleValue[])]) : [];
}

function checkCalls(where: string, method: string, calls: unknown): void {
  if (Array.isArray(calls) && calls.length > 0 && calls.every((call) => Array.isArray(call)))
    return;
  const odd = Array.isArray(calls) ? calls.find((call) => !Array.isArray(call)) : calls;
  const got = odd === undefined ? 'no call' : describe(odd);
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: bundledInputs: ${method}: expected an array with an array of arguments for each call, ` +
      `got ${got}`,
  );
}

/** Example arguments as the addon takes them. @internal */
export function resolveBundledInputs(
  where: string,
  given: BundledInputsByMethod | undefined,
): { method: string; inputs: BundledInputs }[] {
  if (given === undefined) return [];
  const byMethod = Array.isArray(given) ? { forward: given as BundledInputs } : given;
  if (typeof byMethod !== 'object' || byMethod === null) checkCalls(where, 'forward', byMethod);
  return Object.entries(byMethod as Readonly<Record<string, BundledInputs>>).map(
    ([method, inputs]) => {
      checkCalls(where, method, inputs);
      return { method, inputs };
    },
  );
}
