import { makeError } from '../make-error.js';
import { showExtraFiles } from '../module/extra-files.js';
import { ScriptModule } from '../module/script-module.js';
import { native } from '../native/addon.js';
import { optionsCheck } from '../options.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';
import { argumentNames } from './argument-names.js';
import { checkTrace } from './check-trace.js';

/** What a traced function takes and gives: tensors, arrays of such values, tensors by name. */
export type Traceable =
  | Tensor
  | readonly Traceable[]
  | { readonly [name: string]: Tensor }
  | ReadonlyMap<string, Tensor>;

/** What the traced module gives for it: dicts come back as objects. */
export type TraceOutput<T> = T extends ReadonlyMap<string, infer V> ? Record<string, V> : T;

/** How a function is traced, and how the trace is checked. */
export interface TraceOptions<Args extends readonly unknown[] = readonly Traceable[]> {
  /** Weights by name; they require grad in the module, and share their memory. */
  readonly parameters?: Readonly<Record<string, Tensor>> | undefined;
  /** State by name that is not trained; shares its memory. */
  readonly buffers?: Readonly<Record<string, Tensor>> | undefined;
  /** Whether module and function are compared: on the examples again, or on other arguments. */
  readonly check?: boolean | readonly (readonly [...Args])[] | undefined;
  /** Of the comparison; 1e-5 unless given, 1e-2 for 16-bit floats. */
  readonly rtol?: number | undefined;
  /** Of the comparison; 1e-5 unless given, 1e-2 for 16-bit floats. */
  readonly atol?: number | undefined;
  /** As in the function's own text, unless given. */
  readonly argumentNames?: readonly string[] | undefined;
  /** The class becomes `__torch__.name`; 'Traced' unless given. */
  readonly name?: string | undefined;
}

const identifier = /^[A-Za-z_]\w*$/;
const qualified = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;

const checkOptions = optionsCheck('jit.trace', (z) => {
  const name = z.string().regex(identifier, 'a name must be an identifier');
  const tensors = z.record(name, z.instanceof(Tensor)).optional();
  const tolerance = z.number().nonnegative().optional();
  return z.strictObject({
    parameters: tensors,
    buffers: tensors,
    check: z.union([z.boolean(), z.array(z.array(z.unknown()))]).optional(),
    rtol: tolerance,
    atol: tolerance,
    argumentNames: z.array(name).optional(),
    name: z.string().regex(qualified, 'expected an identifier, may be with dots').optional(),
  });
});

/**
 * Calls a function once and makes a module of the operators that it called. Shapes, numbers and
 * conditions of JavaScript are baked in as they were. Closed-over tensors become the module's: those
 * of floating point parameters, others buffers, in the order of their use, unless `parameters` and
 * `buffers` name them. Reading values inside is an error (ERR_TRACE_READ), and so is a Promise
 * (ERR_TRACE_ASYNC). Then the module is compared with the function (ERR_TRACE_CHECK); where random
 * numbers are drawn, only shapes are, and the warning handler hears of it.
 *
 * @example
 * ```ts
 * import { jit, ones, randn } from 'libtorch-node';
 *
 * const weight = randn([3, 2]);
 * using model = jit.trace((x) => x.matmul(weight).relu(), [randn([1, 3])], {
 *   parameters: { weight },
 *   check: [[randn([5, 3])]],
 * });
 * console.log(model.forwardSync(ones([4, 3])).shape); // [4, 2]
 * console.log([...model.namedParameters().keys()]); // [weight]
 * await model.save('traced.pt');
 * ```
 */
export function trace<Args extends [] | unknown[], Output extends Traceable>(
  fn: (...args: Args) => Output,
  examples: { readonly [K in keyof Args]: Args[K] },
  options?: TraceOptions<Args>,
): ScriptModule<Args, TraceOutput<Output>>;
export function trace<Arg extends Tensor, Output extends Traceable>(
  fn: (arg: Arg) => Output,
  example: Arg,
  options?: TraceOptions<[Arg]>,
): ScriptModule<[Arg], TraceOutput<Output>>;
export function trace(fn: (...args: never) => Traceable, given: unknown, bag?: unknown): unknown {
  if (typeof fn !== 'function') {
    throw makeError('ERR_INVALID_ARG_TYPE', `jit.trace: expected a function, got ${describe(fn)}`);
  }
  const options: TraceOptions<readonly unknown[]> = bag === undefined ? {} : checkOptions(bag);
  const examples = given instanceof Tensor ? [given] : given;
  if (!Array.isArray(examples) || examples.length === 0) {
    const message = `jit.trace: expected an array of examples, one for each argument, got ${describe(examples)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  const call = fn as (...args: unknown[]) => unknown;
  const { handle, random } = native.jit.trace(call, examples, {
    name: options.name ?? 'Traced',
    argumentNames: namesOf(call, examples.length, options.argumentNames),
    parameters: Object.entries(options.parameters ?? {}),
    buffers: Object.entries(options.buffers ?? {}),
  });
  const module = new ScriptModule<unknown[], unknown>({
    handle,
    guard: null,
    extraFiles: showExtraFiles({}),
  });
  try {
    checkTrace(call, module, examples, random, options);
  } catch (error) {
    module.dispose();
    throw error;
  }
  return module;
}

function namesOf(
  fn: (...args: unknown[]) => unknown,
  count: number,
  given: readonly string[] | undefined,
): readonly string[] {
  if (given === undefined) return argumentNames(fn, count);
  if (given.length === count && new Set(given).size === count && !given.includes('self')) {
    return given;
  }
  throw makeError(
    'ERR_INVALID_ARG_VALUE',
    `jit.trace: options.argumentNames: expected ${count} different names, got [${given.join(', ')}]`,
  );
}
