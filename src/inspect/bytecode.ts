/** What the table of a lite module says. @internal */
export interface Bytecode {
  readonly version: number | null;
  /** 'aten::linear', without overloads. */
  readonly operators: readonly string[];
  /** Qualified names of its functions. */
  readonly functions: readonly string[];
}

/** The second parts of pairs, by the first. */
function pairs(value: unknown): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  if (!Array.isArray(value)) return map;
  for (const pair of value) if (Array.isArray(pair)) map.set(pair[0], pair[1]);
  return map;
}

/** Reads `(version, (name, (('operators', ((name, overload, ...), ...)), ...), ...), ...)`. @internal */
export function readBytecode(value: unknown): Bytecode {
  const [version, ...functions] = Array.isArray(value) ? (value as unknown[]) : [];
  const operators = new Set<string>();
  const names: string[] = [];
  for (const entry of functions) {
    if (!Array.isArray(entry)) continue;
    if (typeof entry[0] === 'string') names.push(entry[0]);
    const listed = pairs(entry[1]).get('operators');
    if (!Array.isArray(listed)) continue;
    for (const operator of listed) {
      const name: unknown = Array.isArray(operator) ? operator[0] : undefined;
      if (typeof name === 'string') operators.add(name);
    }
  }
  return {
    version: typeof version === 'number' ? version : null,
    operators: [...operators],
    functions: names,
  };
}
