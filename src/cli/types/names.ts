/** Names of files that nobody trusts, as names and texts of a TypeScript file. */

const reserved: ReadonlySet<string> = new Set(
  (
    'arguments async await break case catch class const continue debugger default delete do else enum eval export ' +
    'extends false finally for function if implements import in instanceof interface let new null of package private ' +
    'protected public return static super switch this throw true try type typeof undefined var void while with yield ' +
    'any asserts bigint boolean infer is keyof never number object readonly string symbol unique unknown'
  ).split(' '),
);

/** Whether a name can be declared in TypeScript. */
export function isName(text: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(text) && !reserved.has(text);
}

/** A name to declare something by, made of any text. */
export function toName(text: string, otherwise: string): string {
  const cleaned = text.replace(/[^\w$]/g, '');
  if (cleaned === '') return otherwise;
  const begun = /^\d/.test(cleaned) ? `_${cleaned}` : cleaned;
  return reserved.has(begun) ? `${begun}_` : begun;
}

/** 'resnet18-v1.5.pt' is Resnet18V15. */
export function typeNameOf(text: string): string {
  const words = text.split(/[^A-Za-z\d]+/).filter((word) => word !== '');
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  if (name === '') return 'Model';
  return /^\d/.test(name) ? `Model${name}` : name;
}

/** With a small first letter: what a value is called after a type. */
export function valueNameOf(typeName: string): string {
  return typeName[0]!.toLowerCase() + typeName.slice(1);
}

/** A key of an object type. */
export function keyOf(text: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(text) && text !== '__proto__' ? text : quote(text);
}

/** A text as a literal that nothing can leave. */
export function quote(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner.replace(/[\u2028\u2029]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`)}'`;
}

/** A text for a comment, on one line, which cannot end it. */
export function comment(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replaceAll('*/', '* /');
}

/** Names that are taken: a second thing of a name gets a number. */
export class Names {
  private readonly taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.taken = new Set(taken);
  }

  /** The name, or the next free one like it. */
  take(name: string): string {
    let free = name;
    for (let next = 2; this.taken.has(free); next++) free = `${name}${next}`;
    this.taken.add(free);
    return free;
  }
}
