/** A word, number, text or sign of TorchScript source. @internal */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'newline';
  readonly text: string;
  /** For a newline: the blanks that begin the next line. */
  readonly indent: number;
}

/** What a source is made of; `problem` tells why reading stopped early. @internal */
export interface TokenList {
  readonly tokens: readonly Token[];
  readonly problem: string | null;
}

// A type comment is no comment to TorchScript.
const skipped = /(?:[ \t\r\v\f]|\\\n|#(?! type:)[^\n]*)+/y;
const numberPattern = /(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)j?/y;
const namePattern = /[A-Za-z_]\w*/y;
const signPattern = /# type:|->|[-+*/%<>=!|&^@~:;,.()[\]{}?$]/y;

function match(pattern: RegExp, source: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0] ?? null;
}

/** The end of the text that begins at a quote, by the rules of TorchScript's own lexer, or -1. */
function endOfText(source: string, start: number): number {
  const quote = source[start]!;
  const triple = source.startsWith(quote.repeat(3), start);
  const closing = triple ? quote.repeat(3) : quote;
  for (let at = start + closing.length; at < source.length; at++) {
    if (source.startsWith(closing, at)) return at + closing.length;
    if (source[at] === '\n' && !triple) return -1;
    if (source[at] === '\\') at++;
  }
  return -1;
}

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);

/** Splits TorchScript source, where a character stands for a byte, as LibTorch's lexer does. @internal */
export function tokenize(source: string): TokenList {
  const tokens: Token[] = [];
  let nesting = 0;
  let at = 0;
  const stop = (problem: string): TokenList => ({ tokens, problem });
  while (at < source.length) {
    const char = source[at]!;
    const blank = match(skipped, source, at);
    if (blank !== null) {
      at += blank.length;
      continue;
    }
    if (char === '\n') {
      at++;
      const indent = match(/[ \t\r\v\f]*/y, source, at)!.length;
      if (nesting === 0) tokens.push({ kind: 'newline', text: '\n', indent });
      continue;
    }
    if (char === '"' || char === "'") {
      const end = endOfText(source, at);
      if (end < 0) return stop('a text without an end');
      tokens.push({ kind: 'text', text: source.slice(at, end), indent: 0 });
      at = end;
      continue;
    }
    const number = match(numberPattern, source, at);
    const name = number === null ? match(namePattern, source, at) : null;
    const text = number ?? name ?? match(signPattern, source, at);
    if (text === null) return stop('a character that TorchScript does not have');
    at += text.length;
    if (number !== null && match(namePattern, source, at) !== null) {
      return stop('a number that runs into a name');
    }
    if (opening.has(text)) nesting++;
    if (closing.has(text)) nesting = Math.max(0, nesting - 1);
    const kind = number !== null ? 'number' : name !== null ? 'name' : 'sign';
    tokens.push({ kind, text, indent: 0 });
  }
  return { tokens, problem: null };
}
