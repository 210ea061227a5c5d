import { type ByteCursor, badPickle, CutOff } from './byte-cursor.js';
import { readFloat, readInteger, readLong } from './numbers.js';
import { type PickleLimits, PickleStack } from './stack.js';
import { PickledGlobal } from './values.js';

/** What gives the names and references of a pickle their meaning. @internal */
export interface PickleWorld {
  /** What calling a global with arguments stands for; nothing is called. */
  reduce(name: string, args: readonly unknown[]): unknown;
  /** What a reference to something outside the pickle stands for. */
  persistent(id: unknown): unknown;
  /** A global as a value. */
  global(name: string): unknown;
}

const LATEST_PROTOCOL = 5;

type Step = (stack: PickleStack, cursor: ByteCursor, world: PickleWorld) => void;

function fail(cursor: ByteCursor, what: string): never {
  throw badPickle(cursor.where, what);
}

function nameOf(cursor: ByteCursor, value: unknown): string {
  const global = value instanceof PickledGlobal ? value.name : undefined;
  return global ?? fail(cursor, 'it calls what is no class or function');
}

function argsOf(cursor: ByteCursor, value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : fail(cursor, 'it calls with what is no tuple');
}

function reduce(stack: PickleStack, cursor: ByteCursor, world: PickleWorld): void {
  const args = argsOf(cursor, stack.pop());
  stack.make(world.reduce(nameOf(cursor, stack.pop()), args));
}

function textOf(cursor: ByteCursor, value: unknown): string {
  return typeof value === 'string' ? value : fail(cursor, 'a name is no text');
}

function dictOf(pairs: readonly unknown[], cursor: ByteCursor): Map<unknown, unknown> {
  if (pairs.length % 2 !== 0) fail(cursor, 'a dict has a key without a value');
  const dict = new Map<unknown, unknown>();
  for (let i = 0; i < pairs.length; i += 2) dict.set(pairs[i], pairs[i + 1]);
  return dict;
}

/** Text of the oldest protocol, in Python's quotes. */
function quoted(cursor: ByteCursor): string {
  const line = cursor.line();
  return line.slice(1, -1).replace(/\\([\\'"])/g, '$1');
}

const bytesOf = (cursor: ByteCursor, length: number): Uint8Array =>
  new Uint8Array(cursor.take(length));

const steps: Readonly<Record<string, Step>> = {
  '(': (s) => s.mark(),
  '0': (s) => s.drop(),
  '1': (s) => void s.popMark(),
  '2': (s) => s.push(s.top()),
  N: (s) => s.push(null),
  '\x88': (s) => s.push(true),
  '\x89': (s) => s.push(false),
  I: (s, c) => s.push(readInteger(c)),
  L: (s, c) => s.push(readInteger(c)),
  J: (s, c) => s.push(c.int32()),
  K: (s, c) => s.push(c.uint8()),
  M: (s, c) => s.push(c.uint16()),
  '\x8a': (s, c) => s.push(readLong(c, c.uint8())),
  '\x8b': (s, c) => s.push(readLong(c, c.uint32())),
  F: (s, c) => s.push(readFloat(c)),
  G: (s, c) => s.push(c.float64()),
  S: (s, c) => s.push(quoted(c)),
  T: (s, c) => s.push(c.text(c.uint32())),
  U: (s, c) => s.push(c.text(c.uint8())),
  V: (s, c) => s.push(c.line()),
  X: (s, c) => s.push(c.text(c.uint32())),
  '\x8c': (s, c) => s.push(c.text(c.uint8())),
  '\x8d': (s, c) => s.push(c.text(c.length64())),
  B: (s, c) => s.make(bytesOf(c, c.uint32())),
  C: (s, c) => s.make(bytesOf(c, c.uint8())),
  '\x8e': (s, c) => s.make(bytesOf(c, c.length64())),
  '\x96': (s, c) => s.make(bytesOf(c, c.length64())),
  ']': (s) => s.make([]),
  '}': (s) => s.make(new Map()),
  ')': (s) => s.make([]),
  '\x8f': (s) => s.make(new Set()),
  l: (s) => s.make(s.popMark()),
  d: (s, c) => s.make(dictOf(s.popMark(), c)),
  t: (s) => s.make(s.popMark()),
  '\x85': (s) => s.tuple(1),
  '\x86': (s) => s.tuple(2),
  '\x87': (s) => s.tuple(3),
  '\x91': (s) => s.make(new Set(s.popMark())),
  a: (s) => s.append([s.pop()]),
  e: (s) => s.append(s.popMark()),
  '\x90': (s) => s.append(s.popMark()),
  s: (s) => s.setItems([s.pop(), s.pop()].reverse()),
  u: (s) => s.setItems(s.popMark()),
  b: (s) => s.build(),
  g: (s, c) => s.recall(Number(c.line())),
  h: (s, c) => s.recall(c.uint8()),
  j: (s, c) => s.recall(c.uint32()),
  p: (s, c) => s.remember(Number(c.line())),
  q: (s, c) => s.remember(c.uint8()),
  r: (s, c) => s.remember(c.uint32()),
  '\x94': (s) => s.rememberNext(),
  c: (s, c, w) => s.make(w.global(`${c.line()}.${c.line()}`)),
  '\x93': (s, c, w) => {
    const name = textOf(c, s.pop());
    s.make(w.global(`${textOf(c, s.pop())}.${name}`));
  },
  i: (s, c, w) => {
    const name = `${c.line()}.${c.line()}`;
    s.make(w.reduce(name, s.popMark()));
  },
  o: (s, c, w) => {
    const [type, ...args] = s.popMark();
    s.make(w.reduce(nameOf(c, type), args));
  },
  R: reduce,
  '\x81': reduce,
  '\x92': (s, c, w) => {
    s.pop();
    reduce(s, c, w);
  },
  P: (s, c, w) => s.make(w.persistent(c.line())),
  Q: (s, _, w) => s.make(w.persistent(s.pop())),
  '\x95': (_, c) => void c.take(8),
  '\x80': (_, c) => {
    const protocol = c.uint8();
    if (protocol > LATEST_PROTOCOL) fail(c, `protocol ${protocol} is newer than 5`);
  },
};
const stop = '.'.charCodeAt(0);
const table: readonly (Step | undefined)[] = Array.from(
  { length: 256 },
  (_, code) => steps[String.fromCharCode(code)],
);

/**
 * Reads one pickle of protocol 0 to 5 where the cursor stands, and leaves the cursor behind it.
 * Nothing is executed: calls and classes are given to the world by name.
 *
 * @throws CutOff where the bytes end before the pickle does.
 * @internal
 */
export function readPickle(cursor: ByteCursor, world: PickleWorld, limits: PickleLimits): unknown {
  const stack = new PickleStack(cursor.where, limits);
  for (;;) {
    const code = cursor.uint8();
    if (code === stop) return stack.pop();
    const step = table[code];
    if (step === undefined) fail(cursor, `byte ${code} at ${cursor.at - 1} is no instruction`);
    step(stack, cursor, world);
  }
}

/** Reads bytes that are one pickle; ERR_LOAD_FAILED where they end early. @internal */
export function readWholePickle(
  cursor: ByteCursor,
  world: PickleWorld,
  limits: PickleLimits,
): unknown {
  try {
    return readPickle(cursor, world, limits);
  } catch (error) {
    throw error instanceof CutOff ? badPickle(cursor.where, 'it is cut off') : error;
  }
}
