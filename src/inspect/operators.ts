import { CalledValues } from './called-values.js';
import type { Line } from './lines.js';
import type { Token } from './tokens.js';

/** What the code may call, gathered over its files. @internal */
export interface CalledNames {
  /** 'aten::linear': named in the code. */
  readonly operators: Set<string>;
  /** Names called on a value: a method of the module's classes, or an operator. */
  readonly methodCalls: Set<string>;
  /** Why operators may be called that are not listed. */
  readonly hidden: Set<string>;
  /** 'quantized.LinearPackedParamsBase': classes written in C++. */
  readonly customClasses: Set<string>;
}

/** @internal */
export function noNames(): CalledNames {
  return {
    operators: new Set(),
    methodCalls: new Set(),
    hidden: new Set(),
    customClasses: new Set(),
  };
}

/** Words that start other code. */
const taskWords: ReadonlySet<string> = new Set([
  'fork',
  'awaitable',
  'rpc_async',
  'rpc_sync',
  'rpc_remote',
]);
// The module of this name is the one it stands in.
const SAME = 'autograd';
const namespaces: ReadonlySet<string> = new Set(['torch', 'ops', '__torch__']);
const CUSTOM = ['__torch__', 'torch', 'classes'];

/** The names that follow a place, as in `.a.b`. */
function chainAfter(tokens: readonly Token[], at: number): string[] {
  const names: string[] = [];
  for (let next = at + 1; tokens[next]?.text === '.'; next += 2) {
    const name = tokens[next + 1];
    if (name?.kind !== 'name') break;
    names.push(name.text);
  }
  return names;
}

/** `torch.a` is aten::a, `ops.n.a` is n::a; alone, such a name would be given another. */
function readNamespace(tokens: readonly Token[], at: number, names: CalledNames): void {
  const word = tokens[at]!.text;
  const chain = chainAfter(tokens, at);
  let namespace = word === 'torch' ? 'aten' : chain.shift();
  while (chain[0] === SAME) {
    namespace = 'aten';
    chain.shift();
  }
  const [name] = chain;
  if (namespace !== undefined && name !== undefined) names.operators.add(`${namespace}::${name}`);
  else names.hidden.add(`'${word}' is used as a name for something else`);
}

/** A class that C++ defines, or a function or class of the module's own code. */
function readOwn(tokens: readonly Token[], at: number, names: CalledNames): void {
  const chain = [tokens[at]!.text, ...chainAfter(tokens, at)];
  if (chain.length === 1) names.hidden.add("'__torch__' is used as a name for something else");
  if (CUSTOM.every((part, i) => chain[i] === part) && chain.length > 4) {
    names.customClasses.add(chain.slice(3, 5).join('.'));
  }
}

/** The first name of the chain that ends here: `a` for the `c` of `a.b.c`; null after an expression. */
function rootOf(tokens: readonly Token[], at: number): string | null {
  let root = at;
  while (tokens[root - 1]?.text === '.' && tokens[root - 2]?.kind === 'name') root -= 2;
  return tokens[root - 1]?.text === '.' ? null : tokens[root]!.text;
}

function readName(tokens: readonly Token[], at: number, names: CalledNames): void {
  const { text } = tokens[at]!;
  const called = tokens[at + 1]?.text === '(';
  if (tokens[at - 1]?.text === '.') {
    if (called && !namespaces.has(rootOf(tokens, at) ?? '')) names.methodCalls.add(text);
  } else if (text === '__torch__') readOwn(tokens, at, names);
  else if (namespaces.has(text)) readNamespace(tokens, at, names);
  else if (called && taskWords.has(text)) names.operators.add(`prim::${text}`);
}

const MOST_HIDDEN = 100;

/** Gathers what a file of code may call, line by line. @internal */
export class NameGatherer {
  private readonly names: CalledNames;
  private readonly file: string;
  private readonly values: CalledValues;

  constructor(file: string, names: CalledNames) {
    this.names = names;
    this.file = file;
    this.values = new CalledValues((what) => this.hide(what));
  }

  private hide(what: string): void {
    if (this.names.hidden.size < MOST_HIDDEN) this.names.hidden.add(`${this.file}: ${what}`);
  }

  line(line: Line): void {
    const { level, tokens } = line;
    // What a class declares may have any name.
    const declared = level === 'class' && tokens[1]?.text === ':' ? 1 : 0;
    for (let at = declared; at < tokens.length; at++) {
      if (tokens[at]!.kind === 'name') readName(tokens, at, this.names);
    }
    this.values.line(line);
  }

  /** Ends the file; `problem` is why it could not be read to its end. */
  done(problem: string | null): void {
    this.values.done();
    if (problem !== null) this.hide(problem);
  }
}
