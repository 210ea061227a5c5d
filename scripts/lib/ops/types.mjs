/** The TypeScript of schema types. */

const inputs = {
  Tensor: 'Tensor',
  int: 'Int',
  SymInt: 'Int',
  float: 'FloatLike',
  SymFloat: 'FloatLike',
  complex: 'number | Complex',
  Scalar: 'Scalar',
  number: 'Scalar',
  bool: 'boolean',
  SymBool: 'boolean',
  str: 'string',
  ScalarType: 'DType',
  Layout: 'Layout',
  Device: 'Device',
  MemoryFormat: 'MemoryFormat',
  Generator: 'Generator',
  Dimname: 'string',
  NoneType: 'null',
};

const outputs = {
  Tensor: 'Tensor',
  int: 'number',
  SymInt: 'number',
  float: 'number',
  complex: 'Complex',
  Scalar: 'number | boolean | Complex',
  number: 'number | boolean | Complex',
  bool: 'boolean',
  str: 'string',
  ScalarType: 'number',
  Layout: 'number',
  MemoryFormat: 'number',
  QScheme: 'number',
  Device: 'string',
  NoneType: 'null',
};

const bracketed = (type) => (/\||^readonly /.test(type) ? `(${type})` : type);

/** What an argument takes. */
export function inputType(type) {
  switch (type.kind) {
    case 'optional':
      return `${inputType(type.inner)} | null`;
    case 'list': {
      const element = inputType(type.element);
      if (element === 'Int') return type.size === null ? 'Ints' : 'Int | Ints';
      const list = `readonly ${bracketed(element)}[]`;
      return type.size === null ? list : `${element} | ${list}`;
    }
    case 'tuple':
      return `readonly [${type.members.map(inputType).join(', ')}]`;
    case 'generic':
      return type.name === 'Union' ? type.members.map(inputType).join(' | ') : 'unknown';
    default:
      if (type.name.includes('.')) return 'ScriptObject';
      return inputs[type.name] ?? 'unknown';
  }
}

/** What one returned value is. */
export function outputType(type) {
  switch (type.kind) {
    case 'optional':
      return `${outputType(type.inner)} | null`;
    case 'list':
      return `${bracketed(outputType(type.element))}[]`;
    case 'tuple':
      return `[${type.members.map(outputType).join(', ')}]`;
    case 'generic':
      return 'unknown';
    default:
      if (type.name.includes('.')) return 'ScriptObject';
      return outputs[type.name] ?? 'unknown';
  }
}

/** What a call returns; `own` is the type of a result that is the first argument itself. */
export function returnType(operator, own = 'Tensor') {
  const { returns } = operator;
  if (returns.length === 0) return 'void';
  if (returns.length === 1) {
    return returns[0].writes && returns[0].type.name === 'Tensor'
      ? own
      : outputType(returns[0].type);
  }
  const named = returns.every(({ name }) => name !== '');
  const members = returns.map(({ name, type }) => [name, outputType(type)]);
  if (!named) return `[${members.map(([, type]) => type).join(', ')}]`;
  const tuple = `[${members.map(([name, type]) => `${name}: ${type}`).join(', ')}]`;
  return `Named<${tuple}, '${members.map(([name]) => name).join("' | '")}'>`;
}

const hasTensor = (type) =>
  type.kind === 'name'
    ? type.name === 'Tensor'
    : type.kind === 'list'
      ? hasTensor(type.element)
      : type.kind === 'optional'
        ? hasTensor(type.inner)
        : (type.members ?? []).some(hasTensor);

/** Whether an argument is a tensor or tensors. */
export const takesTensor = ({ type }) => hasTensor(type);

/** Whether a tensor goes in or comes out. */
export function aboutTensors(operator) {
  return operator.args.some(takesTensor) || operator.returns.some(takesTensor);
}
