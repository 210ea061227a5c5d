/** An operator that bytecode calls. */
export interface BytecodeOperator {
  /** With its overload: 'aten::add.Tensor'. */
  readonly name: string;
  /** How many arguments the file gives it; null where it does not say, as before version 6. */
  readonly args: number | null;
}

/** What the table of a lite module says. */
export interface BytecodeInspection {
  /** Of the instructions: 4 to 9. */
  readonly version: number;
  /** Sorted by name. */
  readonly operators: readonly BytecodeOperator[];
  /** Of values that the code makes, taken apart, sorted: 'Dict', 'Tensor', 'str'. */
  readonly types: readonly string[];
  /** Qualified names of its functions. */
  readonly functions: readonly string[];
}

type Fields = ReadonlyMap<unknown, unknown>;

/** The second parts of pairs, by the first. */
function pairs(value: unknown): Fields {
  const map = new Map<unknown, unknown>();
  for (const pair of listOf(value)) if (Array.isArray(pair)) map.set(pair[0], pair[1]);
  return map;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function addOperators(fields: Fields, into: Map<string, number | null>): void {
  for (const operator of listOf(fields.get('operators'))) {
    const [name, overload, args] = listOf(operator);
    if (typeof name !== 'string') continue;
    const full = typeof overload === 'string' && overload !== '' ? `${name}.${overload}` : name;
    into.set(full, typeof args === 'number' ? args : null);
  }
}

/** The names in 'Dict[str, List[Tensor]]', and of 'Name[NamedTuple, [[field, Type], ...]]' all but the fields. */
function addTypes(fields: Fields, into: Set<string>): void {
  for (const text of listOf(fields.get('types'))) {
    if (typeof text !== 'string') continue;
    const types = text.replace(/(\[|\], *)\[ *[^[\],]+,/g, '$1[');
    for (const [name] of types.matchAll(/[\w.]+/g)) into.add(name);
  }
}

/** Reads `(version, (name, (('operators', ((name, overload, ...), ...)), ...), ...), ...)`. @internal */
export function readBytecode(value: unknown): BytecodeInspection {
  const [version, ...functions] = listOf(value);
  const operators = new Map<string, number | null>();
  const types = new Set<string>();
  const names: string[] = [];
  for (const entry of functions) {
    const [name, table] = listOf(entry);
    if (typeof name === 'string') names.push(name);
    const fields = pairs(table);
    addOperators(fields, operators);
    addTypes(fields, types);
  }
  return {
    version: typeof version === 'number' ? version : 0,
    operators: [...operators]
      .map(([name, args]) => ({ name, args }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    types: [...types].sort(),
    functions: names,
  };
}
