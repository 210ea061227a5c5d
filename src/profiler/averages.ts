import type { InputShapes, ProfileEvent, ProfileKind } from './events.js';

/** All calls of one name. Times are in microseconds. */
export interface ProfileAverage {
  readonly name: string;
  readonly kind: ProfileKind;
  readonly calls: number;
  /** In the calls themselves, without those in them. */
  readonly selfTime: number;
  /** The part of all self times, from 0 to 1: of the devices' for a kernel, else of the threads'. */
  readonly share: number;
  /** With the calls in them. */
  readonly totalTime: number;
  readonly meanTime: number;
  /** Bytes allocated less bytes freed; with `memory: true`. */
  readonly selfBytes?: number;
  /** Of the inputs, where they were asked to be told apart. */
  readonly shapes?: InputShapes;
}

type Draft = { -readonly [K in keyof ProfileAverage]: ProfileAverage[K] };

/** Sums events of a name (and of the same input shapes); the most self time first. */
export function averagesOf(
  events: readonly ProfileEvent[],
  groupByShapes = false,
): ProfileAverage[] {
  const groups = new Map<string, Draft>();
  const all = { host: 0, device: 0 };
  for (const event of events) {
    const { name, kind, duration, selfTime, selfBytes, shapes } = event;
    all[kind === 'kernel' ? 'device' : 'host'] += selfTime;
    const key = `${kind} ${name}${groupByShapes ? JSON.stringify(shapes) : ''}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { name, kind, calls: 0, selfTime: 0, share: 0, totalTime: 0, meanTime: 0 };
      if (groupByShapes && shapes !== undefined) group.shapes = shapes;
      groups.set(key, group);
    }
    group.calls += 1;
    group.selfTime += selfTime;
    group.totalTime += duration;
    if (selfBytes !== undefined) group.selfBytes = (group.selfBytes ?? 0) + selfBytes;
  }
  const averages = [...groups.values()];
  for (const average of averages) {
    average.meanTime = average.totalTime / average.calls;
    const whole = all[average.kind === 'kernel' ? 'device' : 'host'];
    average.share = whole === 0 ? 0 : average.selfTime / whole;
  }
  return averages.sort((a, b) => b.selfTime - a.selfTime);
}
