import type { Token } from './tokens.js';

/** A line of code, and whether it stands in the file, directly in a class, or in a function. @internal */
export interface Line {
  readonly level: 'file' | 'class' | 'function';
  readonly tokens: readonly Token[];
}

/** The lines of a file; one goes on while brackets are open. @internal */
export function* linesOf(tokens: readonly Token[]): Generator<Line> {
  let indent = 0;
  let inClass = false;
  /** Indentation of the class's own lines, once the first was met. */
  let body: number | null = null;
  let from = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token !== undefined && token.kind !== 'newline') continue;
    if (at > from) {
      const line = tokens.slice(from, at);
      if (indent === 0) {
        inClass = line[0]!.text === 'class';
        body = null;
        yield { level: 'file', tokens: line };
      } else {
        if (inClass) body ??= indent;
        yield { level: indent === body ? 'class' : 'function', tokens: line };
      }
    }
    from = at + 1;
    indent = token?.indent ?? 0;
  }
}
