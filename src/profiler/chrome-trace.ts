import type { ProfileEvent, ProfileThread } from './events.js';

/** One entry of a trace: `X` a call, `M` a name, `b` and `e` the ends of what goes on over awaits. */
export interface TraceEvent {
  readonly ph: 'X' | 'M' | 'b' | 'e';
  readonly name: string;
  readonly cat?: string;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** The Trace Event Format, which Perfetto and `chrome://tracing` open. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
}

function argsOf({ shapes, selfBytes, sequence }: ProfileEvent): Record<string, unknown> {
  return {
    ...(shapes === undefined ? {} : { shapes }),
    ...(selfBytes === undefined ? {} : { selfBytes }),
    ...(sequence === undefined ? {} : { sequence }),
  };
}

export function chromeTraceOf(
  events: readonly ProfileEvent[],
  threads: readonly ProfileThread[],
): ChromeTrace {
  const { pid } = process;
  const traceEvents: TraceEvent[] = [
    { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: 'libtorch-node' } },
  ];
  for (const { id, name } of threads) {
    traceEvents.push({ ph: 'M', name: 'thread_name', pid, tid: id, args: { name } });
  }
  for (const [index, event] of events.entries()) {
    const { name, kind: cat, start: ts, duration: dur, thread: tid } = event;
    if (event.isAsync) {
      const id = `0x${index.toString(16)}`;
      traceEvents.push({ ph: 'b', name, cat, ts, pid, tid, id });
      traceEvents.push({ ph: 'e', name, cat, ts: ts + dur, pid, tid, id });
    } else {
      traceEvents.push({ ph: 'X', name, cat, ts, dur, pid, tid, args: argsOf(event) });
    }
  }
  return { displayTimeUnit: 'ms', traceEvents };
}
