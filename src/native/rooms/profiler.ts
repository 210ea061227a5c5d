/** `cpp/binding/profiler.cc`. Times are in microseconds from the start of the profile. */

/** Of each event: name, kind, start, duration, sequence, bytes, shapes; texts by their number. */
export const profileColumns = 7;

export interface NativeProfiledThread {
  readonly id: number;
  readonly name: string;
  /** The profile was started on it; streams of devices are threads, too. */
  readonly isCaller: boolean;
  /** {@link profileColumns} numbers an event, in the order in which the calls began. */
  readonly rows: Float64Array;
}
export interface NativeProfile {
  readonly duration: number;
  /** Microseconds of the clock that `process.hrtime` shows. */
  readonly start: number;
  readonly dropped: number;
  readonly texts: readonly string[];
  readonly threads: readonly NativeProfiledThread[];
}
export interface ProfilerRoom {
  /** Throws ERR_PROFILE_ACTIVE. */
  start(options: {
    readonly shapes: boolean;
    readonly memory: boolean;
    readonly cuda: boolean;
  }): void;
  stop(): NativeProfile;
}
