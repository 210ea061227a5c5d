import type { OperatorRules } from '../inspect/operator-rules.js';
import type { LoadOptions as NativeLoadOptions } from '../native/types.js';
import { optionsCheck } from '../options.js';
import { Pool } from '../runtime/pool.js';
import type { Device } from '../tensor/options.js';
import type { ModuleFormat } from './module-parts.js';
import type { SignatureSchema } from './signature.js';

/** How TorchScript code is executed. */
export type ExecutorMode = 'off' | 'simple' | 'profiling';

/** Options of `loadModule`. */
export interface LoadModuleOptions<S extends SignatureSchema = SignatureSchema> {
  /** Where its tensors go; as saved, unless given. */
  readonly device?: Device | undefined;
  /** Names of the extra files to read; all, unless given. */
  readonly extraFiles?: readonly string[] | undefined;
  /** `'off'` unless given: no optimisation, the fastest start. */
  readonly executor?: ExecutorMode | undefined;
  /**
   * Flatbuffer files can crash LibTorch's reader, so they are refused unless this is true; then one is
   * tried in a process of its own before it is loaded here.
   */
  readonly allowFlatbuffer?: boolean | undefined;
  /**
   * What the file has to be; by its content unless given, and `'lite'` where it has both bytecode and
   * TorchScript code. `'auto'` is the same, and typed as either.
   */
  readonly format?: ModuleFormat | 'auto' | undefined;
  /**
   * Of lite modules: operators that LibTorch does not have are an error before anything of the file
   * runs (ERR_MISSING_OPERATORS, naming all); when false, methods that need none of them can be run.
   * True unless given.
   */
  readonly checkOperators?: boolean | undefined;
  /** Operators the file may use, as `checkOperators` takes them; checked before anything of it runs. */
  readonly allowOperators?: readonly string[] | undefined;
  /** Operators the file may not use, as 'aten::save'; checked before anything of it runs. */
  readonly denyOperators?: readonly string[] | undefined;
  /** Where loading and runs go unless a run says otherwise; the default pool unless given. */
  readonly pool?: Pool | undefined;
  /** Types `forward` at compile time and checks its values at run time. */
  readonly signature?: S | undefined;
}

const defaults: NativeLoadOptions = {
  device: null,
  extraFiles: null,
  executor: 'off',
  allowFlatbuffer: false,
  format: null,
  checkOperators: true,
  pool: null,
};

const check = optionsCheck('loadModule', (z) =>
  z.strictObject({
    device: z.string().min(1).optional(),
    extraFiles: z.array(z.string()).optional(),
    executor: z.enum(['off', 'simple', 'profiling']).optional(),
    allowFlatbuffer: z.boolean().optional(),
    format: z.enum(['auto', 'torchscript', 'lite']).optional(),
    checkOperators: z.boolean().optional(),
    allowOperators: z.array(z.string()).optional(),
    denyOperators: z.array(z.string()).optional(),
    pool: z.instanceof(Pool).optional(),
    signature: z.looseObject({ inputs: z.unknown(), output: z.unknown() }).optional(),
  }),
);

/** Checks options and brings them into the form that the addon takes. */
export function resolveLoadOptions(options?: LoadModuleOptions): NativeLoadOptions {
  if (options === undefined) return defaults;
  const { device, extraFiles, executor, allowFlatbuffer, checkOperators, format, pool } =
    check(options);
  return {
    device: device ?? defaults.device,
    extraFiles: extraFiles ?? defaults.extraFiles,
    executor: executor ?? defaults.executor,
    allowFlatbuffer: allowFlatbuffer ?? defaults.allowFlatbuffer,
    format: format === 'auto' || format === undefined ? null : format,
    checkOperators: checkOperators ?? defaults.checkOperators,
    pool: pool?.handle ?? defaults.pool,
  };
}

/** What options say about operators; null where they say nothing. */
export function operatorRules(options?: LoadModuleOptions): OperatorRules | null {
  const allow = options?.allowOperators;
  const deny = options?.denyOperators;
  return allow === undefined && deny === undefined ? null : { allow, deny };
}
