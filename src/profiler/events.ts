import { profileColumns } from '../native/rooms/profiler.js';
import type { NativeProfile, NativeProfiledThread } from '../native/types.js';

/**
 * What an event is: an `operator`, a `backward` step of autograd, a `script` function, the run of a
 * module (`run`), what a CUDA device did (`kernel`), or what `recordFunction` names (`javascript`).
 */
export type ProfileKind = 'operator' | 'backward' | 'script' | 'run' | 'kernel' | 'javascript';

/** Sizes of an operator's inputs: a tensor's are a list, a list of tensors is a list of them. */
export type InputShapes = readonly (readonly (number | readonly number[])[])[];

/** One call. Times are in microseconds, from the start of the profile. */
export interface ProfileEvent {
  /** 'aten::linear'; 'DigitsNet.forward' of a run. */
  readonly name: string;
  readonly kind: ProfileKind;
  readonly start: number;
  readonly duration: number;
  /** Its duration without the calls in it; 0 where it went on over awaits. */
  readonly selfTime: number;
  /** Where it ran: the `id` of one of the profile's threads. */
  readonly thread: number;
  /** Of what was called with `shapes: true`. */
  readonly shapes?: InputShapes;
  /** Bytes allocated less bytes freed, without the calls in it; with `memory: true`. */
  readonly selfBytes?: number;
  /** The same for an operator and for its step in the backward pass; absent without autograd. */
  readonly sequence?: number;
  /** It went on over awaits: what ran meanwhile on its thread need not be part of it. */
  readonly isAsync?: true;
}

/** A thread that something ran on, or a stream of a CUDA device. */
export interface ProfileThread {
  readonly id: number;
  readonly name: string;
}

/** What `recordFunction` saw. */
export interface Span {
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  readonly isAsync: boolean;
}

type Draft = { -readonly [K in keyof ProfileEvent]: ProfileEvent[K] };

const kinds: readonly ProfileKind[] = ['operator', 'backward', 'script', 'run', 'kernel'];

function readThread(
  thread: NativeProfiledThread,
  texts: readonly string[],
  shapesOf: (text: number) => InputShapes,
  withMemory: boolean,
): Draft[] {
  const { rows, id } = thread;
  const events: Draft[] = [];
  for (let at = 0; at < rows.length; at += profileColumns) {
    const [name, kind, start, duration, sequence, bytes, shapes] = rows.subarray(
      at,
      at + profileColumns,
    ) as unknown as [number, number, number, number, number, number, number];
    events.push({
      name: texts[name] as string,
      kind: kinds[kind] as ProfileKind,
      start,
      duration,
      selfTime: duration,
      thread: id,
      ...(shapes >= 0 ? { shapes: shapesOf(shapes) } : {}),
      ...(withMemory ? { selfBytes: bytes } : {}),
      ...(sequence >= 0 ? { sequence } : {}),
    });
  }
  return events;
}

/**
 * The events of one thread by their start, each without the time of the calls in it. An overload that
 * only calls another of its name counts once, as in PyTorch.
 */
function nest(events: Draft[]): Draft[] {
  events.sort((a, b) => a.start - b.start || b.duration - a.duration);
  const outer = new Map<Draft, Draft>();
  const inner = new Map<Draft, Draft[]>();
  const open: Draft[] = [];
  for (const event of events) {
    let around = open.at(-1);
    while (around !== undefined && around.start + around.duration <= event.start) {
      open.pop();
      around = open.at(-1);
    }
    if (around !== undefined) {
      around.selfTime = Math.max(0, around.selfTime - event.duration);
      outer.set(event, around);
      const siblings = inner.get(around);
      if (siblings === undefined) inner.set(around, [event]);
      else siblings.push(event);
    }
    open.push(event);
  }
  return events.filter((event) => {
    const around = outer.get(event);
    if (around?.name !== event.name || inner.get(around)?.length !== 1) return true;
    // What is merged stands for both from now on, for what it contains too.
    around.selfTime += event.selfTime;
    if (event.selfBytes !== undefined) around.selfBytes = (around.selfBytes ?? 0) + event.selfBytes;
    const children = inner.get(event) ?? [];
    for (const child of children) outer.set(child, around);
    inner.set(around, children);
    return false;
  });
}

/** Every call of every thread, by its start; and the threads. */
export function readEvents(
  profile: NativeProfile,
  spans: readonly Span[],
  withMemory: boolean,
): { events: ProfileEvent[]; threads: ProfileThread[] } {
  const parsed = new Map<number, InputShapes>();
  const shapesOf = (text: number): InputShapes => {
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const shapes = JSON.parse(profile.texts[text] as string) as InputShapes;
    parsed.set(text, shapes);
    return shapes;
  };
  const caller = profile.threads.find(({ isCaller }) => isCaller);
  const mainThread = caller?.id ?? process.pid;
  const named = spans.map(
    (span): Draft => ({
      name: span.name,
      kind: 'javascript',
      start: span.start,
      duration: span.duration,
      // Over awaits its thread does other things, too.
      selfTime: span.isAsync ? 0 : span.duration,
      thread: mainThread,
      ...(span.isAsync ? { isAsync: true } : {}),
    }),
  );
  const events = named.filter(({ isAsync }) => isAsync);
  const nested = named.filter(({ isAsync }) => !isAsync);
  const threads: ProfileThread[] = [{ id: mainThread, name: 'JavaScript' }];
  if (caller === undefined) {
    events.push(...nest(nested));
  }
  for (const thread of profile.threads) {
    const own = readThread(thread, profile.texts, shapesOf, withMemory);
    if (thread.isCaller) own.push(...nested);
    else threads.push({ id: thread.id, name: thread.name });
    for (const event of nest(own)) events.push(event);
  }
  events.sort((a, b) => a.start - b.start || b.duration - a.duration);
  return { events, threads };
}
