import { makeError } from '../make-error.js';
import type { ScriptModule } from '../module/script-module.js';
import { disposeValue, type ModuleInput } from '../module/value.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';

/** What `forward` is given: a list of arguments, or the tensor that is the only one. */
export type CalibrationBatch = Tensor | readonly ModuleInput[];

/** Batches: an array of them, or what makes them one after the other. */
export type CalibrationBatches = Iterable<CalibrationBatch> | AsyncIterable<CalibrationBatch>;

/** How far calibration is. */
export interface CalibrationProgress {
  /** Batches. */
  readonly done: number;
  /** Null where nobody knows, as for a generator. */
  readonly total: number | null;
}

export type OnCalibrationProgress = (progress: CalibrationProgress) => void;

function wrong(where: string, expected: string, got: unknown): Error {
  const what = got instanceof Tensor ? 'a Tensor' : describe(got);
  return makeError('ERR_INVALID_ARG_TYPE', `${where}: expected ${expected}, got ${what}`);
}

/** Refuses what gives no batches, before any work is done. @internal */
export function checkBatches(where: string, batches: unknown, sync: boolean): void {
  const isObject = typeof batches === 'object' && batches !== null && !(batches instanceof Tensor);
  if (isObject && (Symbol.iterator in batches || (!sync && Symbol.asyncIterator in batches)))
    return;
  const hint =
    sync && isObject && Symbol.asyncIterator in batches ? ' (quantizeStatic awaits)' : '';
  throw wrong(`${where}: batches`, `an array (or generator) of inputs${hint}`, batches);
}

/** The count of batches, told as they are done. */
class Count {
  #done = 0;
  readonly #where: string;
  readonly #total: number | null;
  readonly #onProgress: OnCalibrationProgress | undefined;

  constructor(where: string, batches: unknown, onProgress: OnCalibrationProgress | undefined) {
    this.#where = where;
    this.#total = Array.isArray(batches) ? batches.length : null;
    this.#onProgress = onProgress;
  }

  /** The arguments of the next batch. */
  argumentsOf(batch: unknown): readonly ModuleInput[] {
    if (batch instanceof Tensor) return [batch];
    if (Array.isArray(batch)) return batch as readonly ModuleInput[];
    throw wrong(this.#place, 'a Tensor or a list of arguments', batch);
  }

  /** An error of the batch that is run, with its place. */
  located(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string') return error;
    return makeError(code, `${this.#place}: ${error.message}`, null, { cause: error });
  }

  finish(output: unknown): void {
    disposeValue(output);
    this.#done += 1;
    this.#onProgress?.({ done: this.#done, total: this.#total });
  }

  end(): void {
    if (this.#done > 0) return;
    const message = `${this.#where}: batches: there are none, and observers have seen nothing`;
    throw makeError('ERR_INVALID_ARG_VALUE', message);
  }

  get #place(): string {
    return `${this.#where}: batches[${this.#done}]`;
  }
}

/** Runs a module over batches, on its pool, for what it sees. @internal */
export async function calibrate(
  where: string,
  module: ScriptModule<ModuleInput[], unknown>,
  batches: CalibrationBatches,
  onProgress: OnCalibrationProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const count = new Count(where, batches, onProgress);
  signal?.throwIfAborted();
  for await (const batch of batches) {
    signal?.throwIfAborted();
    const args = count.argumentsOf(batch);
    const output = await module.forward(...args).catch((error: unknown) => {
      throw count.located(error);
    });
    signal?.throwIfAborted();
    count.finish(output);
  }
  count.end();
}

/** `calibrate` on this thread. @internal */
export function calibrateSync(
  where: string,
  module: ScriptModule<ModuleInput[], unknown>,
  batches: Iterable<CalibrationBatch>,
  onProgress: OnCalibrationProgress | undefined,
): void {
  const count = new Count(where, batches, onProgress);
  for (const batch of batches) {
    const args = count.argumentsOf(batch);
    let output: unknown;
    try {
      output = module.forwardSync(...args);
    } catch (error) {
      throw count.located(error);
    }
    count.finish(output);
  }
  count.end();
}
