import type { Line } from './lines.js';
import type { Token } from './tokens.js';

const ends: ReadonlySet<string> = new Set([')', ']', '}']);
const opens: ReadonlySet<string> = new Set(['(', '[', '{']);
const closures: ReadonlySet<string> = new Set(['fork', 'awaitable']);

/** Where the `=` of an assignment stands in a line, or -1. */
function assignmentAt(line: readonly Token[]): number {
  let nesting = 0;
  for (let at = 0; at < line.length; at++) {
    const { text } = line[at]!;
    if (opens.has(text)) nesting++;
    if (ends.has(text)) nesting--;
    if (text !== '=' || nesting !== 0) continue;
    if (line[at + 1]?.text === '=') at++;
    else if (!['<', '>', '!'].includes(line[at - 1]?.text ?? '')) return at;
  }
  return -1;
}

function isOwnFunction(value: readonly Token[]): boolean {
  return (
    value[0]?.text === '__torch__' &&
    value.every(({ kind, text }, at) => (at % 2 === 0 ? kind === 'name' : text === '.'))
  );
}

/**
 * Finds calls that no list of names shows: `f = x.add_`, then `f(y)`. TorchScript that PyTorch writes
 * gives names only to functions of the module's own code (`_0 = __torch__.a.b`), so a call of
 * anything else that was given a name is reported, and of what is no name.
 *
 * @internal
 */
export class CalledValues {
  private readonly report: (what: string) => void;
  /** Names called in the function that is being read. */
  private readonly called = new Set<string>();
  /** Names bound there to what may be an operator. */
  private readonly bound = new Set<string>();

  constructor(report: (what: string) => void) {
    this.report = report;
  }

  line({ level, tokens }: Line): void {
    const isFunction = tokens[0]?.text === 'def';
    if (isFunction && level !== 'function') this.done();
    // What a class declares is no variable.
    if (level === 'class' && !isFunction) return;
    if (!isFunction) this.assignment(tokens);
    this.words(tokens);
  }

  /** Ends the function that is being read. */
  done(): void {
    for (const name of this.called) {
      if (this.bound.has(name)) this.report(`'${name}' is called, and may be any operator`);
    }
    this.called.clear();
    this.bound.clear();
  }

  private bind(tokens: readonly Token[]): void {
    tokens.forEach(({ kind, text }, at) => {
      if (kind === 'name' && tokens[at - 1]?.text !== '.') this.bound.add(text);
    });
  }

  private assignment(line: readonly Token[]): void {
    const equals = assignmentAt(line);
    if (equals < 0) return;
    const target = line.slice(0, equals);
    if (target.length === 1 && isOwnFunction(line.slice(equals + 1))) return;
    const colon = target.findIndex(({ text }) => text === ':');
    this.bind(colon < 0 ? target : target.slice(0, colon));
  }

  private words(line: readonly Token[]): void {
    let inTargets = false;
    line.forEach((token, at) => {
      const before = line[at - 1];
      if (token.kind !== 'name') {
        if (token.text === '(' && token.kind === 'sign') this.opened(before);
        return;
      }
      if (before?.text === '.') return;
      if (token.text === 'for') inTargets = true;
      else if (token.text === 'in') inTargets = false;
      else if (inTargets || before?.text === 'as') this.bound.add(token.text);
      const isCall = line[at + 1]?.text === '(';
      if (isCall && before?.text !== 'def' && before?.text !== 'class') this.call(line, at);
    });
  }

  private opened(before: Token | undefined): void {
    if (before === undefined || (before.kind !== 'text' && !ends.has(before.text))) return;
    this.report('the result of an expression is called');
  }

  private call(line: readonly Token[], at: number): void {
    const { text } = line[at]!;
    this.called.add(text);
    const first = line[at + 2];
    if (!closures.has(text) || first?.kind !== 'name') return;
    // Its first argument is called too.
    this.called.add(first.text);
    if (line[at + 3]?.text === '.') this.bound.add(first.text);
  }
}
