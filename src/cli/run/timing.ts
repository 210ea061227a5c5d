/** Figures about repeated calls, in milliseconds. */
export interface Timing {
  readonly runs: number;
  readonly mean: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Calls a second, one at a time. */
  readonly perSecond: number;
}

/** The value below which a share of sorted values lies, by the nearest rank. */
function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

/** Figures of measured calls; null without any. */
export function timingOf(times: readonly number[]): Timing | null {
  if (times.length === 0) return null;
  const sorted = [...times].sort((a, b) => a - b);
  const total = sorted.reduce((sum, one) => sum + one, 0);
  return {
    runs: times.length,
    mean: total / times.length,
    min: sorted[0]!,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    max: sorted.at(-1)!,
    perSecond: (times.length / total) * 1000,
  };
}
