import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { NativeProfile } from '../native/types.js';
import { optionsCheck } from '../options.js';
import { syncScope } from '../runtime/sync-scope.js';
import { describe } from '../tensor/describe.js';
import { averagesOf, type ProfileAverage } from './averages.js';
import { type ChromeTrace, chromeTraceOf } from './chrome-trace.js';
import { type ProfileEvent, type ProfileThread, readEvents } from './events.js';
import { startSpans, stopSpans } from './spans.js';
import { type ProfileOrder, tableOf } from './table.js';

/** What a profile records besides names and times. */
export interface ProfileOptions {
  /** The sizes of the operators' inputs. */
  readonly shapes?: boolean | undefined;
  /** The bytes that operators allocate and free. */
  readonly memory?: boolean | undefined;
  /** Kernels and copies of CUDA devices, as events of kind 'kernel', a thread for each stream. */
  readonly cuda?: boolean | undefined;
}

/** What a table shows. */
export interface ProfileTableOptions {
  /** 'selfTime' unless given. */
  readonly sortBy?: ProfileOrder | undefined;
  /** Rows; 20 unless given. */
  readonly limit?: number | undefined;
  /** A row for each combination of input shapes; needs a profile with `shapes: true`. */
  readonly groupByShapes?: boolean | undefined;
}

const check = optionsCheck('profile', (z) =>
  z
    .strictObject({
      shapes: z.boolean().optional(),
      memory: z.boolean().optional(),
      cuda: z.boolean().optional(),
    })
    .default({}),
);
const checkTable = optionsCheck('profile.table', (z) =>
  z
    .strictObject({
      sortBy: z
        .enum(['selfTime', 'totalTime', 'meanTime', 'calls', 'selfBytes', 'name'])
        .optional(),
      limit: z.number().int().min(1).optional(),
      groupByShapes: z.boolean().optional(),
    })
    .default({}),
);

/**
 * What ran while a function did, on every thread: made by {@link profile}.
 *
 * @example
 * ```ts
 * import { ones, profileSync } from 'libtorch-node';
 *
 * const taken = profileSync(() => ones([4, 4]).matmul(ones([4, 4])));
 * console.log(taken.averages.some(({ name }) => name === 'aten::matmul')); // true
 * ```
 */
export class Profile<T = unknown> {
  /** What the function gave. */
  readonly result: T;
  /** Every call, by its start. */
  readonly events: readonly ProfileEvent[];
  /** Calls summed by name, the most self time first. */
  readonly averages: readonly ProfileAverage[];
  /** Threads that something ran on. */
  readonly threads: readonly ProfileThread[];
  /** Microseconds from start to end. */
  readonly duration: number;
  /** Calls beyond the first million, of which nothing was kept. */
  readonly dropped: number;

  /** @internal */
  constructor(result: T, profile: NativeProfile, withMemory: boolean) {
    const { events, threads } = readEvents(profile, stopSpans(profile.start), withMemory);
    this.result = result;
    this.events = events;
    this.threads = threads;
    this.averages = averagesOf(events);
    this.duration = profile.duration;
    this.dropped = profile.dropped;
  }

  /** A table of operators for people, as text. */
  table(options?: ProfileTableOptions): string {
    const { sortBy = 'selfTime', limit = 20, groupByShapes = false } = checkTable(options);
    const averages = groupByShapes ? averagesOf(this.events, true) : this.averages;
    return tableOf(averages, sortBy, limit);
  }

  /** The events as Perfetto (ui.perfetto.dev) and `chrome://tracing` show them. */
  toChromeTrace(): ChromeTrace {
    return chromeTraceOf(this.events, this.threads);
  }

  /** Writes the trace as JSON. */
  async save(path: string | URL): Promise<void> {
    await writeFile(path, JSON.stringify(this.toChromeTrace()));
  }

  /** {@link save} on this thread. */
  saveSync(path: string | URL): void {
    writeFileSync(path, JSON.stringify(this.toChromeTrace()));
  }
}

function start(fn: unknown, options?: ProfileOptions): boolean {
  if (typeof fn !== 'function') {
    const message = `profile: expected a function, got ${describe(fn)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  const { shapes = false, memory = false, cuda = false } = check(options);
  native.profiler.start({ shapes, memory, cuda });
  startSpans();
  return memory;
}

/** After a failure: nothing is kept. */
function drop(): void {
  stopSpans(native.profiler.stop().start);
}

/**
 * Runs a function and records every operator, script function and run of a module meanwhile, on every
 * thread of the process. Operators on a CUDA device are there with the time that starting their kernels
 * took; `cuda: true` adds the kernels.
 *
 * @throws TorchError `ERR_PROFILE_ACTIVE` while another profile is being taken,
 * `ERR_DEVICE_UNAVAILABLE` for `cuda` where there is none; and what the function throws.
 * @example
 * ```ts
 * import { ones, profile } from 'libtorch-node';
 *
 * const taken = await profile(async () => ones([2, 2]).add(1), { shapes: true });
 * console.log(taken.averages.find(({ name }) => name === 'aten::add')?.calls); // 1
 * console.log(taken.table({ limit: 1 }).split('\n').length); // 4
 * ```
 */
export async function profile<T>(
  fn: () => T | Promise<T>,
  options?: ProfileOptions,
): Promise<Profile<T>> {
  const withMemory = start(fn, options);
  let result: T;
  try {
    result = await fn();
  } catch (error) {
    drop();
    throw error;
  }
  return new Profile(result, native.profiler.stop(), withMemory);
}

/**
 * {@link profile} of a synchronous function.
 *
 * @throws TypeError `ERR_SCOPE_PROMISE` when the function returns a Promise.
 * @example
 * ```ts
 * import { ones, profileSync } from 'libtorch-node';
 *
 * const taken = profileSync(() => ones([2, 2]).add(1));
 * console.log(taken.result.toArray()); // [[2, 2], [2, 2]]
 * ```
 */
export function profileSync<T>(fn: () => T, options?: ProfileOptions): Profile<T> {
  const withMemory = start(fn, options);
  let result: T;
  try {
    result = syncScope('profileSync', 'Use profile', fn);
  } catch (error) {
    drop();
    throw error;
  }
  return new Profile(result, native.profiler.stop(), withMemory);
}
