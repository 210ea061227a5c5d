import { type EvaluationData, resolveData } from '../evaluate/data.js';
import type { LoadModuleOptions } from '../module/load-options.js';
import type { ModuleInput } from '../module/value.js';
import { optionsCheck } from '../options.js';

/** How far a comparison is. */
export interface CompareProgress {
  /** Outputs, then evaluation, latency and memory. */
  readonly phase: 'outputs' | 'evaluation' | 'latency' | 'memory';
  /** Of the phase: inputs, batches, rounds, modules. */
  readonly done: number;
  /** Null where nobody knows, as for a generator of inputs. */
  readonly total: number | null;
}

/** Options of `compareModules`. */
export interface CompareModulesOptions {
  /** How far elements may be apart: atol + rtol * |reference|; 1e-4 unless given. */
  readonly atol?: number | undefined;
  /** 1e-5 unless given. */
  readonly rtol?: number | undefined;
  /** Whether outputs must have the same dtypes; false unless given: values alone decide. */
  readonly checkDtype?: boolean | undefined;
  /** What is run; `'forward'` unless given. */
  readonly method?: string | undefined;
  /** Makes of arguments what `other` gets: float16 tensors for a model in float16, a device. */
  readonly otherInputs?: ((args: ModuleInput[]) => readonly ModuleInput[]) | undefined;
  /** Data and a metric by which both are judged; without any, outputs alone are compared. */
  readonly evaluation?: EvaluationData | undefined;
  /** Measured calls of each, with the first input; 20 unless given, 0 for none. */
  readonly iterations?: number | undefined;
  /** Calls of each before those; 3 unless given. */
  readonly warmup?: number | undefined;
  /** Whether the peak memory of each is measured, in a process of its own; true unless given. */
  readonly memory?: boolean | undefined;
  /** How files and bytes are loaded. */
  readonly load?:
    | Pick<LoadModuleOptions, 'device' | 'executor' | 'allowFlatbuffer' | 'checkOperators'>
    | undefined;
  readonly onProgress?: ((progress: CompareProgress) => void) | undefined;
  /** Aborting rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

const check = optionsCheck('compareModules', (z) => {
  const callback = z.custom((value) => typeof value === 'function', 'expected a function');
  const tolerance = z.number().min(0);
  const count = z.number().int().min(0);
  return z.strictObject({
    atol: tolerance.optional(),
    rtol: tolerance.optional(),
    checkDtype: z.boolean().optional(),
    method: z.string().min(1).optional(),
    otherInputs: callback.optional(),
    evaluation: z.custom(() => true).optional(),
    iterations: count.optional(),
    warmup: count.optional(),
    memory: z.boolean().optional(),
    load: z
      .strictObject({
        device: z.string().min(1).optional(),
        executor: z.enum(['off', 'simple', 'profiling']).optional(),
        allowFlatbuffer: z.boolean().optional(),
        checkOperators: z.boolean().optional(),
      })
      .optional(),
    onProgress: callback.optional(),
    signal: z.instanceof(AbortSignal).optional(),
  });
});

/** Options checked, with what holds unless given. */
export function resolveCompareOptions(options: CompareModulesOptions = {}) {
  check(options);
  const { evaluation } = options;
  return {
    evaluation: evaluation === undefined ? null : resolveData('compareModules', evaluation),
    atol: options.atol ?? 1e-4,
    rtol: options.rtol ?? 1e-5,
    checkDtype: options.checkDtype ?? false,
    method: options.method ?? 'forward',
    otherInputs: options.otherInputs ?? null,
    iterations: options.iterations ?? 20,
    warmup: options.warmup ?? 3,
    memory: options.memory ?? true,
    load: options.load ?? {},
    report: options.onProgress ?? (() => {}),
    signal: options.signal,
  };
}

/** What the options come to. */
export type ResolvedCompareOptions = ReturnType<typeof resolveCompareOptions>;
