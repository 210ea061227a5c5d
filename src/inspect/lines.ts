import { Lexer, type Token } from './tokens.js';

/** A line of code, and whether it stands in the file, directly in a class, or in a function. @internal */
export interface Line {
  readonly level: 'file' | 'class' | 'function';
  readonly tokens: readonly Token[];
}

const LONGEST = 2 ** 18;

/** Tells where a line stands by its indentation. */
class Levels {
  private inClass = false;
  /** Indentation of the class's own lines, once the first was met. */
  private body: number | null = null;

  of(tokens: readonly Token[], indent: number): Line['level'] {
    if (indent === 0) {
      this.inClass = tokens[0]!.text === 'class';
      this.body = null;
      return 'file';
    }
    if (this.inClass) this.body ??= indent;
    return indent === this.body ? 'class' : 'function';
  }
}

/**
 * Goes over the lines of a file, one at a time; one goes on while brackets are open. Gives the reason
 * where it could not go to the end.
 *
 * @internal
 */
export function forEachLine(source: string, visit: (line: Line) => void): string | null {
  const lexer = new Lexer(source);
  const levels = new Levels();
  let indent = 0;
  let tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    if (token !== null && token.kind !== 'newline') {
      tokens.push(token);
      if (tokens.length > LONGEST) return `a line of more than ${LONGEST} words`;
      continue;
    }
    if (tokens.length > 0) visit({ level: levels.of(tokens, indent), tokens });
    if (token === null) return lexer.problem;
    tokens = [];
    indent = token.indent;
  }
}
