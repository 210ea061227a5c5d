import type { MethodArgument } from '../module/method.js';
import type { ModuleValue } from '../module/value.js';
import type { Token } from './tokens.js';

/** A function as its text declares it. @internal */
export interface ParsedFunction {
  readonly name: string;
  readonly args: readonly MethodArgument[];
  readonly returns: string;
}

const opening: ReadonlySet<string> = new Set(['(', '[', '{']);
const closing: ReadonlySet<string> = new Set([')', ']', '}']);

/** A class name without the part that tells classes of one name apart, as LibTorch shows it. @internal */
export function plainName(name: string): string {
  return name.replaceAll(/___torch_mangle_\d+\./g, '');
}

/** A type as TorchScript prints it. @internal */
export function typeText(tokens: readonly Token[]): string {
  return plainName(tokens.map(({ text }) => (text === ',' ? ', ' : text)).join(''));
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  v: '\v',
  f: '\f',
  b: '\b',
  a: '\x07',
};

/** The value of a text literal whose characters stand for bytes. @internal */
export function textOf(literal: string): string {
  const quotes = /^("""|'''|"|')/.exec(literal)?.[0].length ?? 0;
  const inner = literal.slice(quotes, literal.length - quotes);
  const bytes = inner.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{1,2})|([\s\S]))/g,
    (_, octal?: string, hex?: string, char?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return escapes[char!] ?? char!;
    },
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [];
  let part: Token[] = [];
  let nesting = 0;
  for (const token of tokens) {
    if (opening.has(token.text)) nesting++;
    if (closing.has(token.text)) nesting--;
    if (token.text === ',' && nesting === 0) {
      parts.push(part);
      part = [];
    } else {
      part.push(token);
    }
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

const named: Readonly<Record<string, ModuleValue>> = {
  None: null,
  True: true,
  False: false,
  inf: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
};

function numberOf(text: string): ModuleValue | undefined {
  if (text.endsWith('j')) return undefined;
  const value = Number(text);
  const integer = /^\d+$/.test(text);
  return integer && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

/** The value of a literal, where JavaScript can show it. */
function literal(tokens: readonly Token[]): ModuleValue | undefined {
  const first = tokens[0]?.text;
  const last = tokens.at(-1)?.text;
  const isList = (first === '[' && last === ']') || (first === '(' && last === ')');
  if (!isList) return single(tokens);
  const items = splitAtCommas(tokens.slice(1, -1)).map(single);
  return items.includes(undefined) ? undefined : (items as ModuleValue[]);
}

/** Lists inside lists are no defaults that TorchScript writes. */
function single(tokens: readonly Token[]): ModuleValue | undefined {
  const negative = tokens[0]?.text === '-';
  const rest = negative ? tokens.slice(1) : tokens;
  const [only] = rest;
  if (only === undefined || rest.length !== 1) return undefined;
  if (only.kind === 'number') {
    const value = numberOf(only.text);
    return negative && (typeof value === 'number' || typeof value === 'bigint') ? -value : value;
  }
  if (negative) return only.text === 'inf' ? Number.NEGATIVE_INFINITY : undefined;
  if (only.kind === 'text') return textOf(only.text);
  return Object.hasOwn(named, only.text) ? named[only.text] : undefined;
}

function parseArgument(tokens: readonly Token[], kwOnly: boolean): MethodArgument | null {
  const [name] = tokens;
  if (name?.kind !== 'name') return null;
  const equals = tokens.findIndex(({ text }) => text === '=');
  const type = tokens.slice(2, equals < 0 ? undefined : equals);
  const shown = {
    name: name.text,
    type: tokens[1]?.text === ':' ? typeText(type) : 'Tensor',
    hasDefault: equals >= 0,
    kwOnly,
  };
  const value = equals < 0 ? undefined : literal(tokens.slice(equals + 1));
  return value === undefined ? shown : { ...shown, default: value };
}

/** Reads `def name(self: T, x: Tensor, n: int=2) -> Tensor:`; null for other text. @internal */
export function parseFunction(tokens: readonly Token[]): ParsedFunction | null {
  const [, name, open] = tokens;
  if (name?.kind !== 'name' || open?.text !== '(') return null;
  let nesting = 0;
  const end = tokens.findIndex(({ text }, at) => {
    if (at < 2) return false;
    if (opening.has(text)) nesting++;
    if (closing.has(text)) nesting--;
    return nesting === 0;
  });
  if (end < 0) return null;
  const args: MethodArgument[] = [];
  let kwOnly = false;
  for (const part of splitAtCommas(tokens.slice(3, end))) {
    if (part[0]?.text === '*') {
      kwOnly = true;
      continue;
    }
    const argument = parseArgument(part, kwOnly);
    if (argument !== null) args.push(argument);
  }
  const colon = tokens.findLastIndex(({ text }) => text === ':');
  const arrow = tokens[end + 1]?.text === '->';
  const returns = arrow
    ? typeText(tokens.slice(end + 2, colon < end ? undefined : colon))
    : 'Tensor';
  return { name: name.text, args, returns };
}
