import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { checkOptions } from '../tensor/options.js';
import { disposeValue } from './value.js';

/** Options of `warmup`. */
export interface WarmupOptions {
  /** How often `forward` runs; 3 unless given. */
  readonly runs?: number | undefined;
}

/** Runs a few times, one after the other, and disposes what comes. */
export async function warmUp(
  run: () => Promise<unknown>,
  options: WarmupOptions | undefined,
): Promise<void> {
  const { runs = 3 } = checkOptions('warmup', options, ['runs']) ?? {};
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw makeError(
      typeof runs === 'number' ? 'ERR_OUT_OF_RANGE' : 'ERR_INVALID_ARG_TYPE',
      `warmup: runs: expected an integer from 1, got ${describe(runs)}`,
    );
  }
  for (let i = 0; i < runs; i++) disposeValue(await run());
}
