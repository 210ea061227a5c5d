/** A type of TorchScript: a name, and what stands in its brackets. */
export interface TypeTree {
  /** 'List', 'int', '__torch__.Point'; '?' for what is no type that can be read. */
  readonly name: string;
  readonly of: readonly TypeTree[];
}

const unknown: TypeTree = { name: '?', of: [] };
const DEEPEST = 32;
const LONGEST = 10_000;

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    this.tokens = text.match(/[\w.]+|[^\s\w.]/g) ?? [];
  }

  parse(): TypeTree {
    const tree = this.type(0);
    return this.at === this.tokens.length && isReadable(tree) ? tree : unknown;
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private type(depth: number): TypeTree {
    const name = this.tokens[this.at];
    if (depth > DEEPEST || name === undefined || !/^[A-Za-z_][\w.]*$/.test(name)) return unknown;
    this.at++;
    if (!this.take('[')) return { name, of: [] };
    // Tuple[()] is the empty one.
    if (this.take('(')) return this.take(')') && this.take(']') ? { name, of: [] } : unknown;
    const of: TypeTree[] = [];
    do of.push(this.type(depth + 1));
    while (this.take(','));
    return this.take(']') ? { name, of } : unknown;
  }
}

function isReadable({ name, of }: TypeTree): boolean {
  return name !== '?' && of.every(isReadable);
}

/** Reads a type as `inspectModule` and `methods` show it; '?' where it is none. */
export function parseType(text: string): TypeTree {
  return text.length > LONGEST ? unknown : new Parser(text).parse();
}
