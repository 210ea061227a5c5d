/** A word, number, text or sign of TorchScript source. @internal */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign' | 'newline';
  readonly text: string;
  /** For a newline: the blanks that begin the next line. */
  readonly indent: number;
}

const numberPattern = /(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)j?/y;
const namePattern = /[A-Za-z_]\w*/y;
const TYPE_COMMENT = '# type:';
const signs: ReadonlySet<string> = new Set('-+*/%<>=!|&^@~:;,.()[]{}?$');
const opening: ReadonlySet<string> = new Set('([{');
const closing: ReadonlySet<string> = new Set(')]}');
const blanks: ReadonlySet<string> = new Set(' \t\r\v\f');

/**
 * Splits TorchScript source, where a character stands for a byte, as LibTorch's lexer does.
 *
 * @internal
 */
export class Lexer {
  /** Why reading stopped before the end. */
  problem: string | null = null;
  private readonly source: string;
  private at = 0;
  private nesting = 0;

  constructor(source: string) {
    this.source = source;
  }

  /** The next token; null at the end, or where there is a problem. */
  next(): Token | null {
    for (;;) {
      this.skip();
      const char = this.source[this.at];
      if (char === undefined) return null;
      if (char !== '\n') return this.word(char);
      this.at++;
      const begin = this.at;
      while (blanks.has(this.source[this.at] ?? '')) this.at++;
      const indent = this.at - begin;
      if (this.nesting === 0) return { kind: 'newline', text: '\n', indent };
    }
  }

  /** Blanks, comments and joined lines; a type comment is no comment to TorchScript. */
  private skip(): void {
    const { source } = this;
    for (;;) {
      const char = source[this.at];
      if (char === undefined) return;
      if (blanks.has(char)) this.at++;
      else if (char === '\\' && source[this.at + 1] === '\n') this.at += 2;
      else if (char === '#' && !source.startsWith(TYPE_COMMENT, this.at)) {
        const end = source.indexOf('\n', this.at);
        this.at = end < 0 ? source.length : end;
      } else return;
    }
  }

  private stop(problem: string): null {
    this.problem = problem;
    this.at = this.source.length;
    return null;
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source)?.[0] ?? null;
  }

  private word(char: string): Token | null {
    if (char === '"' || char === "'") return this.text(char);
    const name = this.match(namePattern);
    if (name !== null) {
      this.at += name.length;
      return { kind: 'name', text: name, indent: 0 };
    }
    const number = this.match(numberPattern);
    if (number !== null) {
      this.at += number.length;
      if (this.match(namePattern) !== null) return this.stop('a number that runs into a name');
      return { kind: 'number', text: number, indent: 0 };
    }
    return this.sign(char);
  }

  private sign(char: string): Token | null {
    const { source, at } = this;
    const arrow = char === '-' && source[at + 1] === '>' ? '->' : null;
    const text = char === '#' ? TYPE_COMMENT : (arrow ?? char);
    if (text.length === 1 && !signs.has(char)) {
      return this.stop('a character that TorchScript does not have');
    }
    this.at += text.length;
    if (opening.has(char)) this.nesting++;
    if (closing.has(char)) this.nesting = Math.max(0, this.nesting - 1);
    return { kind: 'sign', text, indent: 0 };
  }

  private text(quote: string): Token | null {
    const end = this.endOfText(quote);
    if (end < 0) return this.stop('a text without an end');
    const text = this.source.slice(this.at, end);
    this.at = end;
    return { kind: 'text', text, indent: 0 };
  }

  /** By the rules of LibTorch's lexer: -1 where there is no end. */
  private endOfText(quote: string): number {
    const { source } = this;
    const triple = source.startsWith(quote.repeat(3), this.at);
    const ending = triple ? quote.repeat(3) : quote;
    for (let at = this.at + ending.length; at < source.length; at++) {
      if (source.startsWith(ending, at)) return at + ending.length;
      if (source[at] === '\n' && !triple) return -1;
      if (source[at] === '\\') at++;
    }
    return -1;
  }
}
