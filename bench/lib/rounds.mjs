/** Interleaved rounds: every contender is measured in each round, so a busy machine slows all of them. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** A collection: full, or of type 'minor'. */
export const collectGarbage = runInNewContext('gc');

/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Nobody pays for another's garbage: Node finalizes in a turn of the event loop after a collection. A minor one,
 * because full ones throw away compiled code.
 */
async function tidyUp() {
  collectGarbage({ type: 'minor' });
  await turn();
}

/** How long `loop(count)` takes here, in nanoseconds; a part of it runs before, as in the peers. */
export function here(loop) {
  return async (count) => {
    await loop(count >> 3);
    const start = process.hrtime.bigint();
    await loop(count);
    const ns = Number(process.hrtime.bigint() - start);
    await tidyUp();
    return ns;
  };
}

/** The same for a synchronous loop. */
export function hereSync(loop) {
  return async (count) => {
    loop(count >> 3);
    const start = process.hrtime.bigint();
    loop(count);
    const ns = Number(process.hrtime.bigint() - start);
    await tidyUp();
    return ns;
  };
}

/** Microseconds per call of one contender, a value per round. */
export class Times {
  constructor(name, rounds) {
    this.name = name;
    this.rounds = rounds;
  }
  get median() {
    return median(this.rounds);
  }
  get min() {
    return Math.min(...this.rounds);
  }

  /** Median of the rounds' own ratios, and the ratio of the minima. */
  over(other) {
    const ratios = this.rounds.map((value, round) => value / other.rounds[round]);
    return { median: median(ratios), min: this.min / other.min };
  }

  /** Median of the rounds' own differences, and the difference of the minima. */
  minus(other) {
    const differences = this.rounds.map((value, round) => value - other.rounds[round]);
    return { median: median(differences), min: this.min - other.min };
  }

  toJSON() {
    return { name: this.name, unit: 'us', median: this.median, min: this.min, rounds: this.rounds };
  }
}

/**
 * Measures contenders, { name: (count) => nanoseconds }, in rounds of about `ms` milliseconds each. Each finds
 * its count in the warm-up; each round starts with another contender.
 */
export async function measure(contenders, { rounds = 15, ms = 60, warm = true } = {}) {
  const entries = Object.entries(contenders);
  const counts = new Map();
  for (const [name, time] of entries) {
    // The first calls compile and optimize: they say nothing about the next.
    for (let call = 0; call < (warm ? 5 : 0); call++) await time(1);
    let count = 1;
    for (let ns = 0; ns < (ms * 1e6) / 2; ) {
      ns = await time(count);
      count = Math.max(count, Math.ceil(count * Math.min(8, (ms * 1e6) / ns)));
    }
    counts.set(name, count);
    if (warm) await time(count);
  }
  const times = Object.fromEntries(entries.map(([name]) => [name, new Times(name, [])]));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < entries.length; i++) {
      const [name, time] = entries[(i + round) % entries.length];
      const count = counts.get(name);
      times[name].rounds.push((await time(count)) / count / 1000);
    }
  }
  return times;
}
