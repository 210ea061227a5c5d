import type { InspectedMethod } from '../../inspect/inspection.js';
import type { MethodArgument } from '../../module/method.js';
import { showLiteral } from '../inspect/literal.js';
import { comment, keyOf, quote, toName } from './names.js';
import type { Translator } from './translator.js';

/** A method in TypeScript. */
export interface MethodTypes {
  /** `x: Tensor, k?: Int`: parameters, and elements of a tuple. */
  readonly parameters: string;
  readonly returns: string;
}

/** Names of parameters must differ, whatever the file says. */
function parameterNames(args: readonly MethodArgument[]): string[] {
  const taken = new Set<string>();
  return args.map(({ name }, index) => {
    let free = toName(name, `arg${index}`);
    while (taken.has(free)) free += '_';
    taken.add(free);
    return free;
  });
}

/** What a method takes by place and gives back. */
export function typesOf(method: InspectedMethod, translator: Translator): MethodTypes {
  const placed = method.args.filter(({ kwOnly }) => !kwOnly);
  const names = parameterNames(placed);
  // A required argument behind an optional one cannot be left out by place.
  const lastRequired = placed.findLastIndex(({ hasDefault }) => !hasDefault);
  const parameters = placed.map(({ type }, index) => {
    const mark = index > lastRequired ? '?' : '';
    return `${names[index]}${mark}: ${translator.type(type, 'in')}`;
  });
  return { parameters: parameters.join(', '), returns: translator.type(method.returns, 'out') };
}

/** `{ kwargs?: ... }` for a method that takes arguments by name. */
function optionsOf({ args }: InspectedMethod, translator: Translator, options: string): string {
  const named = args.filter(({ kwOnly, hasDefault }) => kwOnly || hasDefault);
  if (named.length === 0) return `options?: ${options}`;
  const members = named.map(({ name, type, hasDefault }) => {
    return `readonly ${keyOf(name)}${hasDefault ? '?' : ''}: ${translator.type(type, 'in')}`;
  });
  const isNeeded = named.some(({ hasDefault }) => !hasDefault);
  const mark = isNeeded ? '' : '?';
  const kwargs = `{ readonly kwargs${mark}: { ${members.join('; ')} } }`;
  return `options${mark}: Omit<${options}, 'kwargs'> & ${kwargs}`;
}

/** `forward(x: Tensor, k: int = 3) -> Tensor`, as Python would declare it. */
export function schemaText({ name, args, returns }: InspectedMethod): string {
  const shown = args.map((argument) => {
    const { hasDefault, default: value } = argument;
    const given = !hasDefault ? '' : ` = ${value === undefined ? '…' : showLiteral(value)}`;
    return `${argument.kwOnly ? '*' : ''}${argument.name}: ${argument.type}${given}`;
  });
  return comment(`${name}(${shown.join(', ')}) -> ${returns}`.replaceAll('__torch__.', ''));
}

/** The members that an interface has for a method; the lite interpreter takes no names. */
export function methodMembers(
  method: InspectedMethod,
  translator: Translator,
  takesNames: boolean,
): string[] {
  const { parameters, returns } = typesOf(method, translator);
  const name = quote(method.name);
  const doc = `  /** \`${schemaText(method).replaceAll('`', "'")}\` */`;
  const needsNoArgs = !/(?:^|, )[\w$]+: /.test(parameters);
  const args = `args${needsNoArgs ? '?' : ''}: readonly [${parameters}]`;
  const options = (type: string): string =>
    takesNames ? optionsOf(method, translator, type) : `options?: Omit<${type}, 'kwargs'>`;
  const run = options('RunOptions');
  const runSync = options('RunSyncOptions');
  // An optional parameter cannot stand before a required one.
  const safe = run.startsWith('options:') ? args.replace(/^args\?/, 'args') : args;
  translator.imports.add('RunOptions').add('RunSyncOptions');
  const takesPlaced = method.args.every(({ kwOnly, hasDefault }) => !kwOnly || hasDefault);
  const forward =
    method.name === 'forward' && takesPlaced
      ? [
          doc,
          ...member('forward', parameters === '' ? [] : [parameters], `Promise<${returns}>`),
          ...member('forwardSync', parameters === '' ? [] : [parameters], returns),
        ]
      : [];
  return [
    ...forward,
    doc,
    ...member('run', [`method: ${name}`, safe, run], `Promise<${returns}>`),
    ...member('runSync', [`method: ${name}`, safe, runSync], returns),
  ];
}

/** A member on one line, or on several where it is long. */
function member(name: string, parameters: readonly string[], returns: string): string[] {
  const line = `  ${name}(${parameters.join(', ')}): ${returns};`;
  if (line.length <= 100) return [line];
  return [`  ${name}(`, ...parameters.map((one) => `    ${one},`), `  ): ${returns};`];
}
