/** The text of the generated modules. */
import { grouped } from './grouped.mjs';
import { camel, declarable } from './names.mjs';
import { documentation, isVariadic, Signature } from './signature.mjs';
import { selfOf } from './surface.mjs';
import { aboutTensors } from './types.mjs';

const header = '// Made by scripts/generate-ops.mjs from the registry of the linked LibTorch.\n';
const inputNames =
  'Bound, Complex, Device, DType, FloatLike, Generator, Int, Ints, Keywords, Layout, MemoryFormat, ' +
  'Named, Scalar, ScriptObject, Tensor';

/** Imports of those names that the text uses. */
function imports(text, names, from) {
  const used = names.split(', ').filter((name) => new RegExp(`\\b${name}\\b`).test(text));
  return used.length === 0 ? '' : `import type { ${used.join(', ')} } from '${from}';\n`;
}

function withImports(body, extra = '') {
  const options = [...new Set(body.match(/\b[A-Z]\w*Options\b/g) ?? [])].sort();
  const fromOptions =
    options.length === 0
      ? ''
      : `import type {\n${options.map((name) => `  ${name},\n`).join('')}} from './options.js';\n`;
  return `${header}${extra}${imports(body, inputNames, '../types.js')}${fromOptions}\n${body}`;
}

/** The signatures that people see: no `out` variants of their own, each text once. */
function shown(entry, form) {
  const seen = new Set();
  const lines = [];
  for (const operator of entry.operators) {
    if (operator.isOut || !aboutTensors(operator)) continue;
    const signature = new Signature(operator, entry.operators);
    for (const text of form(signature, operator)) {
      if (text === null || seen.has(text)) continue;
      seen.add(text);
      lines.push({ text, operator, first: lines.at(-1)?.operator !== operator });
    }
  }
  return lines;
}

/** Each operator's place in the table of bound functions. */
export class Table {
  #places = new Map();
  at(base) {
    if (!this.#places.has(base)) this.#places.set(base, this.#places.size);
    return `($[${this.#places.get(base)}] ??= $bind('aten::${base}'))`;
  }
}

/** A module of functions. */
export function functionsModule(entries, table) {
  const exported = [];
  const bodies = entries.map((entry) => {
    const name = declarable(entry.name);
    const declaration = name === entry.name ? 'export function' : 'function';
    if (name !== entry.name) exported.push(`export { ${name} as ${entry.name} };\n`);
    const lines = shown(entry, (signature) => [signature.text(), signature.byName()]);
    const overloads = lines.map(
      ({ text, operator, first }) =>
        `${first ? `/** ${documentation(operator)} */\n` : ''}${declaration} ${name}${text};\n`,
    );
    return (
      `${overloads.join('')}${declaration} ${name}(...a: unknown[]): unknown {\n` +
      `  return ${table.at(entry.base)}(...a);\n}\n`
    );
  });
  return withImports(
    bodies.join('\n') + exported.join(''),
    "import { bind as $bind, table as $ } from '../bind.js';\n",
  );
}

/** Where `this` goes among the arguments: first, unless another comes before it. */
function placeOfSelf(entry) {
  const operator = entry.operators.find((candidate) => !candidate.isOut && selfOf(candidate));
  return operator.args.filter((arg) => !arg.kwOnly).indexOf(selfOf(operator));
}

/** Views keep the dtype, but for those that reinterpret the elements. */
function resultOf(operator) {
  if (operator.returns.length !== 1) return 'Tensor';
  const [result] = operator.returns;
  if (result.writes) return 'this';
  return 'Tensor';
}

function keepsDType({ base, args, returns }) {
  return (
    returns.length === 1 &&
    returns[0].aliased &&
    !returns[0].writes &&
    returns[0].type.name === 'Tensor' &&
    !args.some(({ name }) => name === 'dtype') &&
    !/real|imag|^_/.test(base)
  );
}

/** The class between what is known of a tensor and what is written by hand. */
export function methodsModule(entries, table) {
  const bodies = entries.map((entry) => {
    const lines = shown(entry, (signature, operator) => {
      const skip = selfOf(operator);
      if (skip === undefined) return [];
      const own = resultOf(operator);
      const generic = (text) =>
        text === null || !keepsDType(operator) ? text : text.replace(/: Tensor$/, ': Tensor<D>');
      const texts = [signature.text({ skip, own }), signature.byName({ skip, own })];
      if (isVariadic(operator, skip)) texts.push(signature.text({ skip, own, variadic: true }));
      return texts.map(generic);
    });
    const variadic = entry.operators.some(
      (operator) => !operator.isOut && selfOf(operator) && isVariadic(operator, selfOf(operator)),
    );
    const overloads = lines.map(
      ({ text, operator, first }) =>
        `${first ? `  /** ${documentation(operator)} */\n` : ''}  ${entry.name}${text};\n`,
    );
    const place = placeOfSelf(entry);
    const rest = variadic ? '...packed(a)' : '...a';
    const args = place === 0 ? `this, ${rest}` : `...withSelf(this, ${place}, a)`;
    return (
      `${overloads.join('')}  ${entry.name}(...a: unknown[]): unknown {\n` +
      `    return ${table.at(entry.base)}(${args});\n  }\n`
    );
  });
  const body =
    '/** The registered operators that have a tensor to work on. */\n' +
    'export abstract class RegisteredOperators<D extends DType = DType> extends TensorProperties<D> {\n' +
    `${bodies.join('\n')}}\n`;
  return withImports(
    body,
    "import { TensorProperties } from '../../tensor/tensor-properties.js';\n" +
      "import { bind as $bind, packed, table as $, withSelf } from '../bind.js';\n",
  );
}

/** Keyword arguments of every overload that has any. */
export function optionsModule(operators) {
  const byBase = grouped(operators, ({ namespace, base }) => `${namespace}::${base}`);
  const body = operators
    .map((operator) =>
      new Signature(
        operator,
        byBase.get(`${operator.namespace}::${operator.base}`),
      ).optionsInterface(),
    )
    .filter((text) => text !== '')
    .join('\n');
  return `${header}${imports(body, inputNames, '../types.js')}\n${body}`;
}

const quoted = (name) => (/^[a-zA-Z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** The interface of one namespace of `ops`. */
export function operatorsModule(interfaceName, operators) {
  const byBase = grouped(operators, ({ base }) => base);
  const members = [...byBase]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, all]) => {
      const overloads = all.map((operator) => {
        const text = new Signature(operator, all).text();
        return { operator, text, key: operator.overload || 'default' };
      });
      const named = overloads.map(
        ({ operator, text, key }) =>
          `    /** ${documentation(operator)} */\n    ${quoted(key)}: { ${text} };`,
      );
      const calls = [...new Set(overloads.map(({ text }) => text))].map((text) => `    ${text};`);
      return `  ${quoted(base)}: {\n${calls.join('\n')}\n${named.join('\n')}\n  };`;
    });
  return withImports(`export interface ${interfaceName} {\n${members.join('\n')}\n}\n`);
}

/** The interface of `ops` itself. */
export function namespacesModule(files) {
  const lines = files.map(
    ({ file, name }) => `import type { ${name} } from './${file.replace(/\.ts$/, '.js')}';\n`,
  );
  const members = files.map(({ namespace, name }) => `  readonly ${namespace}: ${name};`);
  return `${header}${lines.join('')}\n/** Operators by the namespace they are registered in. */\nexport interface OperatorNamespaces {\n${members.join('\n')}\n}\n`;
}

/** `symm_mem` is SymmMem. */
export function pascal(name) {
  const words = camel(name.replace(/^_+/, 'private_'));
  return words[0].toUpperCase() + words.slice(1);
}
