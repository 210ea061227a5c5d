import { noGrad } from '../autograd/modes.js';
import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import { warn } from '../runtime/warnings.js';
import { describe } from '../tensor/describe.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

/** The part of `TraceOptions` that concerns the comparison. */
interface CheckOptions {
  readonly check?: boolean | readonly (readonly unknown[])[] | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
}

/**
 * Runs the function and the module on the same arguments. Structure, shapes and dtypes must be the
 * same, and values within the tolerance unless the graph draws random numbers. @internal
 */
export function checkTrace(
  fn: (...args: unknown[]) => unknown,
  module: ScriptModule<unknown[], unknown>,
  examples: readonly unknown[],
  random: readonly string[],
  options: CheckOptions,
): void {
  const { check = true } = options;
  if (check === false) return;
  const runs = check === true ? [examples] : check;
  if (random.length > 0) {
    warn(
      `jit.trace: the trace draws random numbers (${random.join(', ')}), so only shapes and dtypes were compared; ` +
        'is dropout on where it should be off?',
      'TracerWarning',
    );
  }
  for (const [run, args] of runs.entries()) {
    const expected = fn(...(copied(args) as unknown[]));
    const actual = runModule(module, copied(args) as unknown[]);
    const place = check === true ? 'the output' : `check[${run}]: the output`;
    noGrad(() => tidy(() => compare(actual, expected, place, random.length === 0, options)));
  }
}

function runModule(module: ScriptModule<unknown[], unknown>, args: unknown[]): unknown {
  try {
    return module.forwardSync(...args);
  } catch (cause) {
    const message = `jit.trace: the module fails where the function does not: ${(cause as Error).message}`;
    throw makeError('ERR_TRACE_CHECK', message, null, { cause });
  }
}

/** The function may change its arguments. */
function copied(value: unknown): unknown {
  if (value instanceof Tensor) {
    const copy = value.detach().clone();
    if (value.requiresGrad) copy.requiresGrad_();
    return copy;
  }
  if (Array.isArray(value)) return value.map(copied);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copied(item)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copied(item)]));
}

function compare(
  actual: unknown,
  expected: unknown,
  place: string,
  values: boolean,
  options: CheckOptions,
): void {
  if (expected instanceof Tensor && actual instanceof Tensor) {
    compareTensors(actual, expected, place, values, options);
    return;
  }
  const a = partsOf(actual);
  const b = partsOf(expected);
  if (a === null || b === null || a.size !== b.size) {
    throw differs(
      place,
      `the function gives ${describe(expected)}, the module ${describe(actual)}`,
    );
  }
  for (const [key, item] of b) {
    if (!a.has(key)) throw differs(place, `the module gives no '${key}'`);
    const inside = typeof key === 'number' ? `${place}[${key}]` : `${place}['${key}']`;
    compare(a.get(key), item, inside, values, options);
  }
}

function partsOf(value: unknown): Map<unknown, unknown> | null {
  if (Array.isArray(value)) return new Map(value.entries());
  if (value instanceof Map) return value;
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return null;
  return new Map(Object.entries(value));
}

function compareTensors(
  actual: Tensor,
  expected: Tensor,
  place: string,
  values: boolean,
  options: CheckOptions,
): void {
  const shapes = [expected.shape.join(', '), actual.shape.join(', ')];
  if (shapes[0] !== shapes[1]) {
    throw differs(place, `the function gives shape [${shapes[0]}], the module [${shapes[1]}]`);
  }
  if (actual.dtype !== expected.dtype) {
    throw differs(place, `the function gives ${expected.dtype}, the module ${actual.dtype}`);
  }
  if (!values || expected.numel === 0) return;
  const usual = expected.dtype === 'float16' || expected.dtype === 'bfloat16' ? 1e-2 : 1e-5;
  const { rtol = usual, atol = usual } = options;
  const [a, b] = [wide(actual), wide(expected)];
  if (a.allclose(b, { rtol, atol, equalNan: true })) return;
  const greatest = a.sub(b).abs().max().item();
  throw differs(
    place,
    `the greatest difference is ${greatest}, allowed are rtol ${rtol}, atol ${atol}`,
  );
}

function wide(tensor: Tensor): Tensor {
  const plain = tensor.dtype.startsWith('q') ? tensor.dequantize() : tensor;
  return plain.to(plain.dtype.startsWith('complex') ? 'complex128' : 'float64');
}

function differs(place: string, what: string): Error {
  return makeError(
    'ERR_TRACE_CHECK',
    `jit.trace: the module does not do what the function does: ${place}: ${what}. Shapes, numbers and ` +
      'conditions of JavaScript are baked into a trace, and state outside of it is not seen',
  );
}
