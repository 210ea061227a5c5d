/** The TypeScript signatures of operators. */
import { camel, declarable, optionsName } from './names.mjs';
import { inputType, returnType, takesTensor } from './types.mjs';

const isOptional = (arg) => arg.default !== undefined;

/** `dim: int[1]? = None`: an argument in the words of PyTorch's documentation. */
function described(arg) {
  const type = arg.typeText.replace(/\([a-z*|!]+( -> [a-z*|]+)?\)/g, '');
  return `${arg.name}: ${type}${isOptional(arg) ? ` = ${arg.default}` : ''}`;
}

/** Names of the parameters, each once; PyTorch's documentation calls the first tensor `input`. */
function parameterNames(args) {
  const names = new Map();
  const taken = new Set(args.map(({ name }) => name));
  for (const arg of args) {
    const wanted =
      arg.name === 'self' && !taken.has('input') ? 'input' : declarable(camel(arg.name));
    const used = [...names.values()].includes(wanted);
    names.set(arg, used ? `${wanted}${names.size}` : wanted);
  }
  return names;
}

const inComment = (text) => text.replaceAll('*/', '*\\/');

/** One line that shows the whole schema. */
export function documentation(operator) {
  const { namespace, base, overload, args, schema } = operator;
  const bar = args.findIndex(({ kwOnly }) => kwOnly);
  const shown = args.map(described);
  if (bar >= 0) shown.splice(bar, 0, '*');
  const name = `${namespace}::${base}${overload ? `.${overload}` : ''}`;
  const returns = schema.slice(schema.lastIndexOf(' -> ') + 4).replace(/\([a-z*|!]+\)/g, '');
  return inComment(`\`${name}(${shown.join(', ')}) -> ${returns}\``);
}

/** Arguments that may come by name: all that are optional, keyword-only, or follow the first tensors. */
function optionArguments(operator) {
  return operator.args.filter((arg) => isOptional(arg) || arg.kwOnly);
}

/** The `out` of the variant that takes one, where all else is equal. */
function outTwin(operator, all) {
  if (operator.isOut) return undefined;
  const key = (args) => args.map(({ name, typeText }) => `${name}:${typeText}`).join();
  const wanted = key(operator.args);
  return all.find(
    (other) =>
      other.isOut &&
      other.args.filter(({ writes }) => writes).length === 1 &&
      other.args.at(-1).name === 'out' &&
      key(other.args.filter(({ writes }) => !writes)) === wanted,
  );
}

/** Signatures of one operator for the emitters: what `all` overloads of its name allow. */
export class Signature {
  constructor(operator, all) {
    this.operator = operator;
    this.options = optionArguments(operator);
    this.hasOut = outTwin(operator, all) !== undefined;
    this.optionsName = optionsName(operator);
  }

  get hasOptions() {
    return this.options.length > 0 || this.hasOut;
  }

  /** The interface of the keyword arguments, or nothing. */
  optionsInterface() {
    if (!this.hasOptions) return '';
    const lines = this.options.map((arg) => {
      const optional = isOptional(arg) ? '?' : '';
      return `  /** \`${inComment(described(arg))}\` */\n  ${camel(arg.name)}${optional}: ${inputType(arg.type)}${optional && ' | undefined'};`;
    });
    if (this.hasOut) lines.push('  /** Receives the result. */\n  out?: Tensor | undefined;');
    return `export interface ${this.optionsName} extends Keywords {\n${lines.join('\n')}\n}\n`;
  }

  /** `(input: Tensor, dim: Int, options?: …): Tensor`; `skip` leaves an argument to `this`. */
  text({ skip, own, prefix = '', variadic = false } = {}) {
    const options = this.hasOptions ? `${prefix}${this.optionsName}` : null;
    const positional = this.operator.args.filter((arg) => !arg.kwOnly && arg !== skip);
    const required = this.options.some((arg) => arg.kwOnly && !isOptional(arg));
    const names = parameterNames(positional);
    const parameters = [];
    let open = false;
    for (const arg of positional) {
      // Once one may be left out, all that follow may: or their keywords take their places.
      const tail = positional.slice(positional.indexOf(arg));
      open ||= tail.every(isOptional);
      const types = [inputType(arg.type)];
      if (open && options !== null) types.push(options);
      if (!open && isOptional(arg)) types.push('undefined');
      parameters.push(`${names.get(arg)}${open ? '?' : ''}: ${types.join(' | ')}`);
    }
    if (variadic) {
      parameters.length = 0;
      parameters.push(`...${names.get(positional[0])}: number[]`);
    } else if (options !== null) {
      parameters.push(`options${required && !open ? '' : '?'}: ${options}`);
    }
    return `(${parameters.join(', ')}): ${returnType(this.operator, own)}`;
  }

  /** The same with all that is no leading tensor given by name; null where that adds nothing. */
  byName({ skip, own } = {}) {
    const positional = this.operator.args.filter((arg) => !arg.kwOnly && arg !== skip);
    const leading = positional.findIndex((arg) => !takesTensor(arg));
    const tensors = leading < 0 ? positional : positional.slice(0, leading);
    const named = positional.slice(tensors.length).filter((arg) => !isOptional(arg));
    if (named.length === 0 || (tensors.length === 0 && skip === undefined)) return null;
    const members = named.map((arg) => `${camel(arg.name)}: ${inputType(arg.type)}`);
    const names = parameterNames(tensors);
    const rest = this.hasOptions ? `${this.optionsName} & ` : '';
    const parameters = tensors.map((arg) => `${names.get(arg)}: ${inputType(arg.type)}`);
    parameters.push(`options: ${rest}{ ${members.join('; ')} }`);
    return `(${parameters.join(', ')}): ${returnType(this.operator, own)}`;
  }
}

/** Whether the only positional argument besides the tensor is a list of ints: `x.permute(0, 2, 1)`. */
export function isVariadic(operator, skip) {
  const positional = operator.args.filter((arg) => !arg.kwOnly && arg !== skip);
  const [only] = positional;
  return (
    positional.length === 1 &&
    only.type.kind === 'list' &&
    only.type.size === null &&
    ['int', 'SymInt'].includes(only.type.element.name)
  );
}
