import { type ParsedFunction, parseFunction, textOf, typeText } from './function-text.js';
import { forEachLine, type Line } from './lines.js';

/** A class of a module's code. @internal */
export interface CodeClass {
  /** Qualified: '__torch__.Net'. */
  readonly name: string;
  /** 'Module', 'NamedTuple', 'Interface', 'Enum' or ''. */
  readonly base: string;
  readonly parameters: readonly string[];
  readonly buffers: readonly string[];
  /** Types of the attributes that are declared. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly methods: readonly ParsedFunction[];
}

/** A file of a module's code. @internal */
export interface CodeFile {
  readonly classes: readonly CodeClass[];
  readonly functions: readonly ParsedFunction[];
  /** Why it could not be read to its end. */
  readonly problem: string | null;
}

class ClassReader {
  readonly methods: ParsedFunction[] = [];
  readonly attributes = new Map<string, string>();
  readonly lists = new Map<string, string[]>();
  readonly name: string;
  readonly base: string;

  constructor(name: string, base: string) {
    this.name = name;
    this.base = base;
  }

  line({ tokens }: Line): void {
    const [first, second, third] = tokens;
    if (first?.text === 'def') {
      const method = parseFunction(tokens);
      if (method !== null) this.methods.push(method);
    } else if (first?.text === '__parameters__' || first?.text === '__buffers__') {
      const names = tokens.filter(({ kind }) => kind === 'text').map(({ text }) => textOf(text));
      this.lists.set(first.text, names);
    } else if (first?.text === '__annotations__' && third?.kind === 'text') {
      this.attributes.set(textOf(third.text), typeText(tokens.slice(5)));
    } else if (first?.kind === 'name' && second?.text === ':') {
      const end = tokens.findIndex(({ text }) => text === '=');
      this.attributes.set(first.text, typeText(tokens.slice(2, end < 0 ? undefined : end)));
    }
  }

  done(): CodeClass {
    const { name, base, attributes, methods, lists } = this;
    const parameters = lists.get('__parameters__') ?? [];
    return {
      name,
      base,
      attributes,
      methods,
      parameters,
      buffers: lists.get('__buffers__') ?? [],
    };
  }
}

/**
 * Reads a file of code, and shows its lines; `module` is the qualified name that its path stands for.
 *
 * @internal
 */
export function readCode(source: string, module: string, visit: (line: Line) => void): CodeFile {
  const classes: ClassReader[] = [];
  const functions: ParsedFunction[] = [];
  let current: ClassReader | null = null;
  const problem = forEachLine(source, (line) => {
    visit(line);
    const [first, name, , base] = line.tokens;
    if (line.level === 'class') current?.line(line);
    if (line.level !== 'file') return;
    current = null;
    if (first?.text === 'class' && name?.kind === 'name') {
      const baseName = base?.kind === 'name' ? base.text : '';
      current = new ClassReader(`${module}.${name.text}`, baseName);
      classes.push(current);
    } else if (first?.text === 'def') {
      const parsed = parseFunction(line.tokens);
      if (parsed !== null) functions.push(parsed);
    }
  });
  return { classes: classes.map((reader) => reader.done()), functions, problem };
}
