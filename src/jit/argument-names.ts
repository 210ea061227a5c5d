const identifier = /^[A-Za-z_]\w*$/;
// A TorchScript argument may not have these names, although JavaScript's may.
const reserved = new Set(
  (
    'self and as assert break class continue def del elif else except finally for from global if import ' +
    'in is lambda nonlocal not or pass raise return try while with yield None True False print torch ' +
    'uninitialized int float bool str Tensor'
  ).split(' '),
);

/** The names of a function's arguments as its text has them; `input_0` and so on where it does not help. @internal */
export function argumentNames(fn: (...args: unknown[]) => unknown, count: number): string[] {
  const names = readNames(Function.prototype.toString.call(fn)).slice(0, count);
  const plain = names.every((name) => identifier.test(name) && !reserved.has(name));
  if (plain && names.length === count && new Set(names).size === count) return names;
  return Array.from({ length: count }, (_, i) => `input_${i}`);
}

function readNames(text: string): string[] {
  const single = /^(?:async\s+)?([A-Za-z_]\w*)\s*=>/.exec(text);
  if (single !== null) return [single[1]!];
  // Without brackets inside: defaults and patterns are not read.
  const list = /^[^(]*\(([^()[\]{}]*)\)/.exec(text);
  if (list === null) return [];
  return list[1]!
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
