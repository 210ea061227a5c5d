/** Parses the text of operator schemas: `aten::add.Tensor(Tensor self, ..., *, Scalar alpha=1) -> Tensor`. */

/** Reads one type with its suffixes; returns it and where it ends. */
function parseType(text, start) {
  let at = start;
  let type;
  if (text[at] === '(') {
    const members = [];
    at++;
    while (text[at] !== ')') {
      const member = parseType(text, at);
      members.push(member.type);
      at = member.end;
      // Members of a named tuple carry names.
      while (text[at] !== ',' && text[at] !== ')') at++;
      if (text[at] === ',') at += 2;
    }
    at++;
    type = { kind: 'tuple', members };
  } else {
    const name = /^[\w.]+/.exec(text.slice(at))[0];
    at += name.length;
    type = { kind: 'name', name };
    if (text[at] === '(' && ['Dict', 'Union', 'Future', 'Await', 'RRef'].includes(name)) {
      const inner = parseType(text, at);
      type = { kind: 'generic', name, members: inner.type.members };
      at = inner.end;
    }
  }
  let writes = false;
  let aliased = false;
  for (;;) {
    const alias = /^\(([a-z*|]+!?)( -> [a-z*|]+)?\)/.exec(text.slice(at));
    const list = /^\[(\d*)\]/.exec(text.slice(at));
    if (alias) {
      aliased = true;
      writes ||= alias[1].includes('!');
      at += alias[0].length;
    } else if (list) {
      type = { kind: 'list', element: type, size: list[1] === '' ? null : Number(list[1]) };
      at += list[0].length;
    } else if (text[at] === '?') {
      type = { kind: 'optional', inner: type };
      at++;
    } else {
      return { type, writes, aliased, end: at };
    }
  }
}

/** Splits at commas outside of brackets and quotes. */
function split(text) {
  const parts = [];
  let depth = 0;
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(' || c === '[') depth++;
    else if (c === ')' || c === ']') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  if (text.slice(from).trim() !== '') parts.push(text.slice(from).trim());
  return parts;
}

/** Where the bracket that opens at `start` closes. */
function closing(text, start) {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const c = text[at];
    if (c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === '(') depth++;
    else if (!quoted && c === ')' && --depth === 0) return at;
  }
  throw new Error(`no closing bracket in ${text}`);
}

/** A default as PyTorch's documentation shows it; `0.10000000000000001` is 0.1. */
function readable(text) {
  return /^-?\d+\.\d+(e-?\d+)?$/.test(text) ? String(Number(text)) : text;
}

function parseArgument(text, kwOnly) {
  const { type, writes, aliased, end } = parseType(text, 0);
  const rest = /^ (\w+)(?:=(.*))?$/s.exec(text.slice(end));
  if (rest === null) throw new Error(`cannot read the argument ${text}`);
  const parsed = { name: rest[1], type, typeText: text.slice(0, end), kwOnly, writes, aliased };
  if (rest[2] !== undefined) parsed.default = readable(rest[2]);
  return parsed;
}

function parseReturns(text) {
  const parts = text.startsWith('(') ? split(text.slice(1, closing(text, 0))) : [text];
  return parts
    .filter((part) => part !== '...')
    .map((part) => {
      const { type, writes, aliased, end } = parseType(part, 0);
      return { type, writes, aliased, name: part.slice(end).trim() };
    });
}

/** One operator of the registry, with its schema read. */
export function parseOperator({ name, overload, schema, dispatched, obstacle }) {
  const open = schema.indexOf('(');
  const close = closing(schema, open);
  const [namespace, base] = name.split('::');
  const args = [];
  let kwOnly = false;
  for (const part of split(schema.slice(open + 1, close))) {
    if (part === '*') kwOnly = true;
    else if (part !== '...') args.push(parseArgument(part, kwOnly));
  }
  const returns = parseReturns(schema.slice(close + 5));
  // `out` variants write into arguments that callers bring along.
  const isOut = args.some((arg) => arg.kwOnly && arg.writes);
  return { namespace, base, overload, schema, dispatched, obstacle, args, returns, isOut };
}
