import type * as z from 'zod';

import { makeError } from '../make-error.js';
import { DimNames, type DimScope } from './named-dims.js';
import type { ValueSignature } from './signature.js';
import type { Parsers } from './signature-reader.js';
import { describeValue, TensorMatcher } from './tensor-matcher.js';

/** Gives the value back, or the one a schema made of it; throws ERR_SIGNATURE. */
export type Check = (value: unknown, scope: DimScope, where: string) => unknown;

/** Makes checks of the values of one method; dimension names are common to all of them. */
export class CheckCompiler {
  readonly #method: string;
  readonly #parsers: Parsers;
  readonly #names = new DimNames();

  constructor(method: string, parsers: Parsers) {
    this.#method = method;
    this.#parsers = parsers;
  }

  compile(value: ValueSignature): Check {
    const structure = this.#structure(value);
    const schema = this.#parsers.get(value);
    const parse = schema && this.#parser(schema);
    if (value.kind === 'value') return parse ?? structure;
    return (input, scope, where) => {
      if (input === undefined && value.optional === true) return input;
      if (input === null && value.nullable === true) return input;
      const checked = structure(input, scope, where);
      parse?.(checked, scope, where);
      return checked;
    };
  }

  fail(where: string, reason: string): Error {
    return makeError('ERR_SIGNATURE', `${this.#method}: ${where}: ${reason}`);
  }

  #parser(schema: z.core.$ZodType): Check {
    return (input, _scope, where) => {
      const result = (schema as z.ZodType).safeParse(input);
      if (result.success) return result.data;
      const reasons = result.error.issues.map(({ path, message }) => {
        return path.length === 0 ? message : `${path.join('.')}: ${message}`;
      });
      throw this.fail(where, `${reasons.join('; ')}, got ${describeValue(input)}`);
    };
  }

  #structure(value: ValueSignature): Check {
    switch (value.kind) {
      case 'tensor':
        return this.#tensor(value);
      case 'tuple':
        return this.#tuple(value.items ?? []);
      case 'list':
        return this.#list(value.items ?? []);
      case 'object':
        return this.#object(value.items ?? []);
      case 'dict':
        return this.#dict(value.items ?? []);
      case 'value':
        return (input) => input;
    }
  }

  #tensor(value: ValueSignature): Check {
    const matcher = new TensorMatcher(value, this.#names);
    return (input, scope, where) => {
      const reason = matcher.mismatch(input, scope, where);
      if (reason !== null) throw this.fail(where, reason);
      return input;
    };
  }

  #tuple(items: readonly ValueSignature[]): Check {
    const checks = items.map((item) => this.compile(item));
    return (input, scope, where) => {
      if (!Array.isArray(input) || input.length !== checks.length) {
        const got = describeValue(input);
        throw this.fail(where, `expected an array of ${checks.length}, got ${got}`);
      }
      return changedItems(input, (item, index) => {
        return (checks[index] as Check)(item, scope, `${where}[${index}]`);
      });
    };
  }

  #list([element]: readonly ValueSignature[]): Check {
    const check = element && this.compile(element);
    return (input, scope, where) => {
      if (!Array.isArray(input)) {
        throw this.fail(where, `expected an array, got ${describeValue(input)}`);
      }
      if (check === undefined) return input;
      return changedItems(input, (item, index) => check(item, scope, `${where}[${index}]`));
    };
  }

  #object(items: readonly ValueSignature[]): Check {
    const checks = items.map((item) => [item.name ?? '', this.compile(item)] as const);
    return (input, scope, where) => {
      if (!isObject(input)) {
        throw this.fail(where, `expected an object, got ${describeValue(input)}`);
      }
      const isMap = input instanceof Map;
      const changes = new Map<unknown, unknown>();
      for (const [key, check] of checks) {
        const item = isMap ? input.get(key) : Object.hasOwn(input, key) ? input[key] : undefined;
        const checked = check(item, scope, `${where}.${key}`);
        if (checked !== item) changes.set(key, checked);
      }
      return changedEntries(input, changes);
    };
  }

  #dict([element]: readonly ValueSignature[]): Check {
    const check = element && this.compile(element);
    return (input, scope, where) => {
      if (!isObject(input)) {
        throw this.fail(where, `expected an object or a Map, got ${describeValue(input)}`);
      }
      const changes = new Map<unknown, unknown>();
      if (check === undefined) return input;
      for (const [key, item] of input instanceof Map ? input : Object.entries(input)) {
        const checked = check(item, scope, `${where}.${String(key)}`);
        if (checked !== item) changes.set(key, checked);
      }
      return changedEntries(input, changes);
    };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The array itself where nothing changes: a NamedTuple keeps its names. */
export function changedItems(
  items: readonly unknown[],
  check: (item: unknown, index: number) => unknown,
): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let index = 0; index < items.length; index++) {
    const checked = check(items[index], index);
    if (checked === items[index]) continue;
    changed ??= [...items];
    changed[index] = checked;
  }
  return changed ?? items;
}

function changedEntries(input: object, changes: ReadonlyMap<unknown, unknown>): unknown {
  if (changes.size === 0) return input;
  if (input instanceof Map) return new Map([...input, ...changes]);
  return Object.fromEntries([...Object.entries(input), ...(changes as Map<string, unknown>)]);
}
