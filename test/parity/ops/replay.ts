/** Makes PyTorch's calls by our names, and says what came out otherwise. */
import * as torch from '../../../src/index.js';
import type { Archive, Call } from './archive.js';
import { difference } from './compare.js';

type AnyFunction = (...args: unknown[]) => unknown;

const camel = (name: string): string =>
  name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Factories that follow the rules of this package about dtypes (a number makes float32): the
 * operator itself, then.
 */
const ownRules = new Set(['arange', 'full', 'randint']);

function functionOf(call: Call): AnyFunction {
  if (call.kind === 'ops' || ownRules.has(call.name)) {
    const [namespace = '', name = ''] = (
      call.kind === 'ops' ? call.name : `aten::${call.name}`
    ).split('::');
    const [base = '', overload] = name.split('.');
    const operator = torch.ops[namespace]![base]!;
    return overload === undefined ? operator : operator[overload]!;
  }
  const modules = { ...torch, 'nn.functional': torch.nn.functional } as unknown;
  const module = call.kind === 'torch' ? torch : (modules as Record<string, object>)[call.kind]!;
  const found = (module as Record<string, unknown>)[camel(call.name)];
  if (typeof found !== 'function') throw new Error(`${call.kind}.${camel(call.name)} is missing`);
  return found as AnyFunction;
}

/** Keyword arguments as JavaScript writes them: camelCase, and last. */
function argumentsOf(call: Call, decode: ReturnType<Archive['decoder']>): unknown[] {
  const args = call.args.map(decode);
  const entries = Object.entries(call.kwargs).map(([name, value]) => [camel(name), decode(value)]);
  return entries.length === 0 ? args : [...args, Object.fromEntries(entries)];
}

function replayOne(archive: Archive, call: Call): string | null {
  // Where PyTorch has Python code, a number is a number.
  const decode = archive.decoder(call.names !== undefined || call.kind === 'nn.functional');
  const args = argumentsOf(call, decode);
  const wanted = archive.decoder()(call.out);
  torch.manualSeed(20);
  if (call.kind === 'method') {
    const [self, ...rest] = args as [Record<string, unknown>, ...unknown[]];
    const member = self[camel(call.name)];
    const got = typeof member === 'function' ? member.apply(self, rest) : member;
    return difference(got, wanted, call.unwritten);
  }
  return difference(functionOf(call)(...args), wanted, call.unwritten);
}

/** How many calls of a kind came out the same, and what did not. */
export interface Totals {
  total: number;
  equal: number;
  /** The functions that were called. */
  readonly names: Set<string>;
  /** By function, the first difference and how many there are. */
  readonly failures: Map<string, { count: number; first: string }>;
}

/** Replays the calls in a file; totals by what `key` says of each call. */
export async function replay(
  archive: Archive,
  file: string,
  key: (call: Call) => string,
): Promise<Map<string, Totals>> {
  const totals = new Map<string, Totals>();
  for await (const call of archive.calls(file)) {
    const of = key(call);
    const entry = totals.get(of) ?? {
      total: 0,
      equal: 0,
      names: new Set<string>(),
      failures: new Map(),
    };
    totals.set(of, entry);
    entry.total++;
    entry.names.add(call.name);
    let problem: string | null;
    try {
      problem = torch.tidy(() => ({ problem: replayOne(archive, call) })).problem;
    } catch (error) {
      problem = `throws ${(error as Error).message.split('\n')[0]}`;
    }
    if (problem === null) entry.equal++;
    else {
      const name = `${call.kind} ${call.name}`;
      const known = entry.failures.get(name) ?? { count: 0, first: problem };
      entry.failures.set(name, { ...known, count: known.count + 1 });
    }
  }
  return totals;
}
