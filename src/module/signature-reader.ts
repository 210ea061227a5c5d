import type * as z from 'zod';

import { makeError } from '../make-error.js';
import type { Method } from './method.js';
import type { ModuleSignature, SignatureSchema, ValueSignature } from './signature.js';
import { tensorPatternOf } from './tensor-schema.js';

type Schema = z.core.$ZodType;
/** The parts of zod's definitions that are read here. */
interface Def {
  readonly type: string;
  readonly innerType?: Schema;
  readonly items?: readonly Schema[];
  readonly rest?: Schema | null;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly checks?: readonly unknown[];
}
/** Schemas that zod itself must run, by the value they stand for. */
export type Parsers = Map<ValueSignature, Schema>;

const wrappers: ReadonlySet<string> = new Set(['optional', 'nullable', 'readonly']);

function defOf(schema: Schema): Def {
  return schema._zod.def as unknown as Def;
}

function childrenOf(def: Def): readonly Schema[] {
  if (wrappers.has(def.type) && def.innerType) return [def.innerType];
  switch (def.type) {
    case 'tuple':
      return def.items ?? [];
    case 'array':
      return def.element ? [def.element] : [];
    case 'record':
    case 'map':
      return def.valueType ? [def.valueType] : [];
    case 'object':
      return Object.values(def.shape ?? {});
    default:
      return [];
  }
}

function hasTensor(schema: Schema, seen: Set<Schema> = new Set()): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  if (tensorPatternOf(schema) !== undefined) return true;
  return childrenOf(defOf(schema)).some((child) => hasTensor(child, seen));
}

const kinds: Readonly<Record<string, ValueSignature['kind']>> = {
  tuple: 'tuple',
  array: 'list',
  record: 'dict',
  map: 'dict',
  object: 'object',
};

function readValue(
  given: Schema,
  parsers: Parsers,
  named: Partial<ValueSignature>,
): ValueSignature {
  let schema = given;
  let def = defOf(schema);
  let flags: Pick<ValueSignature, 'optional' | 'nullable'> = {};
  while (wrappers.has(def.type) && def.innerType && hasTensor(schema)) {
    if (def.type !== 'readonly') flags = { ...flags, [def.type]: true };
    schema = def.innerType;
    def = defOf(schema);
  }
  const pattern = tensorPatternOf(schema);
  const kind = kinds[def.type];
  let value: ValueSignature;
  if (pattern !== undefined) {
    value = { type: 'Tensor', ...named, kind: 'tensor', ...pattern, ...flags };
  } else if (kind !== undefined && hasTensor(schema)) {
    const items = childrenOf(def).map((child, index) => {
      const name = kind === 'object' ? Object.keys(def.shape ?? {})[index] : undefined;
      return readValue(child, parsers, name === undefined ? {} : { name });
    });
    value = { type: def.type, ...named, kind, ...flags, items };
  } else {
    if (given._zod.optin === 'optional') flags = { optional: true };
    value = { type: def.type, ...named, kind: 'value', ...flags };
    parsers.set(value, given);
    return value;
  }
  if (def.checks !== undefined && def.checks.length > 0) parsers.set(value, schema);
  return value;
}

function fail(message: string): Error {
  return makeError('ERR_SIGNATURE', `signature: ${message}`);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && '_zod' in value;
}

function inputSchemas(inputs: unknown, method: Method): [string, Schema][] {
  if (isSchema(inputs)) {
    const { type, items = [], rest } = defOf(inputs);
    if (type !== 'tuple') throw fail(`inputs: expected an object or a z.tuple, got z.${type}`);
    if (rest) throw fail('inputs: a TorchScript method has no rest arguments');
    return items.map((schema, index) => [method.args[index]?.name ?? String(index), schema]);
  }
  if (typeof inputs !== 'object' || inputs === null) {
    throw fail(`inputs: expected an object of schemas or a z.tuple, got ${typeof inputs}`);
  }
  return Object.entries(inputs).map(([name, schema]) => {
    if (/^\d+$/.test(name)) throw fail(`inputs: '${name}' is no name; use a z.tuple`);
    if (!isSchema(schema)) throw fail(`input '${name}': expected a zod 4 schema`);
    return [name, schema];
  });
}

function checkCount(names: readonly string[], method: Method): void {
  const required = method.args.filter((argument) => !argument.hasDefault).length;
  if (names.length >= required && names.length <= method.args.length) return;
  const takes = method.args.map(({ name, type }) => `${name}: ${type}`).join(', ');
  throw fail(`has ${names.length} inputs (${names.join(', ')}), ${method.name} takes (${takes})`);
}

/** Reads the user's schemas into plain data and the schemas that zod must run. */
export function readSignature(
  signature: SignatureSchema,
  method: Method,
): { readonly data: ModuleSignature; readonly parsers: Parsers } {
  const parsers: Parsers = new Map();
  const given = inputSchemas(signature.inputs, method);
  if (!isSchema(signature.output)) throw fail('output: expected a zod 4 schema');
  checkCount(
    given.map(([name]) => name),
    method,
  );
  const inputs = given.map(([name, schema], index) => {
    return readValue(schema, parsers, { name, type: method.args[index]?.type ?? 'Tensor' });
  });
  const output = readValue(signature.output, parsers, { type: method.returns });
  return { data: { inputs, output }, parsers };
}

function kindOfType(type: string): ValueSignature['kind'] {
  return type === 'Tensor' || type === 'Optional[Tensor]' ? 'tensor' : 'value';
}

/** What the method's own schema says. */
export function deriveSignature(method: Method): ModuleSignature {
  const inputs = method.args.map(({ name, type, hasDefault }): ValueSignature => {
    const nullable = type.startsWith('Optional[');
    const flags = { ...(hasDefault && { optional: true }), ...(nullable && { nullable: true }) };
    return { name, kind: kindOfType(type), type, ...flags };
  });
  const type = method.returns;
  const nullable = type.startsWith('Optional[');
  return { inputs, output: { kind: kindOfType(type), type, ...(nullable && { nullable: true }) } };
}
