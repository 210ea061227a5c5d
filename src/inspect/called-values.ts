import { linesOf } from './lines.js';
import type { Token } from './tokens.js';

/*
 * `f = x.add_` followed by `f(y)` calls an operator that no list of names shows. TorchScript that
 * PyTorch writes gives names only to functions of the module's own code (`_0 = __torch__.a.b`), so
 * a call of anything else that was given a name is reported.
 */

const ends: ReadonlySet<string> = new Set([')', ']', '}']);
const opens: ReadonlySet<string> = new Set(['(', '[', '{']);
const closures: ReadonlySet<string> = new Set(['fork', 'awaitable']);

interface Scope {
  readonly called: Set<string>;
  /** Names bound to what may be an operator. */
  readonly bound: Set<string>;
  readonly defined: Set<string>;
}

const newScope = (): Scope => ({ called: new Set(), bound: new Set(), defined: new Set() });

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

function bindNames(tokens: readonly Token[], scope: Scope): void {
  tokens.forEach(({ kind, text }, at) => {
    if (kind === 'name' && tokens[at - 1]?.text !== '.') scope.bound.add(text);
  });
}

function readAssignment(line: readonly Token[], scope: Scope): void {
  const equals = assignmentAt(line);
  if (equals < 0) return;
  const target = line.slice(0, equals);
  if (target.length === 1 && isOwnFunction(line.slice(equals + 1))) return;
  const colon = target.findIndex(({ text }) => text === ':');
  bindNames(colon < 0 ? target : target.slice(0, colon), scope);
}

function readLine(line: readonly Token[], scope: Scope): void {
  if (line[0]?.text === 'def') {
    if (line[1] !== undefined) scope.defined.add(line[1].text);
  } else {
    readAssignment(line, scope);
  }
  line.forEach(({ kind, text }, at) => {
    const before = line[at - 1]?.text;
    if (kind !== 'name' || before === '.') return;
    if (text === 'as' && line[at + 1] !== undefined) bindNames([line[at + 1]!], scope);
    if (text === 'for') {
      const end = line.findIndex((token, i) => i > at && token.text === 'in');
      bindNames(line.slice(at + 1, end < 0 ? undefined : end), scope);
    }
    if (line[at + 1]?.text !== '(' || before === 'def' || before === 'class') return;
    scope.called.add(text);
    if (closures.has(text) && line[at + 2]?.kind === 'name') scope.called.add(line[at + 2]!.text);
    if (closures.has(text) && line[at + 3]?.text === '.') scope.bound.add(line[at + 2]!.text);
  });
}

function judge(scope: Scope, report: (what: string) => void): void {
  for (const name of scope.called) {
    if (scope.bound.has(name)) report(`'${name}' is called, and may be any operator`);
  }
}

/** Reports calls of values that may be operators. @internal */
export function findCalledValues(tokens: readonly Token[], report: (what: string) => void): void {
  let scope = newScope();
  for (const { level, tokens: line } of linesOf(tokens)) {
    if (line[0]?.text === 'def' && level !== 'function') {
      judge(scope, report);
      scope = newScope();
    }
    if (level !== 'class' || line[0]?.text === 'def') readLine(line, scope);
  }
  judge(scope, report);
  tokens.forEach(({ text, kind }, at) => {
    const before = tokens[at - 1];
    if (text !== '(' || kind !== 'sign' || before === undefined) return;
    if (ends.has(before.text) || before.kind === 'text') {
      report(`'${before.text}(' calls the result of an expression`);
    }
  });
}
