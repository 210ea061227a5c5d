import { disposeValue } from '../module/value.js';

/** How long calls took, in milliseconds. */
export interface Latency {
  /** Calls that were measured. */
  readonly runs: number;
  readonly median: number;
  /** Below it lie 95 of 100 calls, by the nearest rank. */
  readonly p95: number;
  readonly mean: number;
  readonly min: number;
}

/** How often; `step` is called after each round. */
export interface Rounds {
  readonly warmup: number;
  readonly iterations: number;
  readonly step: () => void;
}

type Call = () => Promise<unknown>;

async function timed(call: Call): Promise<number> {
  const begin = performance.now();
  const value = await call();
  const spent = performance.now() - begin;
  disposeValue(value);
  return spent;
}

/**
 * Measures calls against each other: in rounds, one after the other and each round from the other end,
 * so that what slows the machine for a while slows all.
 */
export async function measureTogether(calls: readonly Call[], rounds: Rounds): Promise<Latency[]> {
  const times: number[][] = calls.map(() => []);
  for (let left = rounds.warmup; left > 0; left--) {
    for (const call of calls) disposeValue(await call());
  }
  for (let round = 0; round < rounds.iterations; round++) {
    const order = [...calls.keys()];
    if (round % 2 === 1) order.reverse();
    for (const at of order) times[at]!.push(await timed(calls[at]!));
    rounds.step();
  }
  return times.map(latencyOf);
}

/** Figures of at least one time. */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = [...times].sort((a, b) => a - b);
  const runs = sorted.length;
  const middle = [sorted[Math.floor((runs - 1) / 2)]!, sorted[Math.floor(runs / 2)]!] as const;
  return {
    runs,
    median: (middle[0] + middle[1]) / 2,
    p95: sorted[Math.ceil(0.95 * runs) - 1]!,
    mean: sorted.reduce((sum, one) => sum + one, 0) / runs,
    min: sorted[0]!,
  };
}
