import { makeError } from '../make-error.js';
import type { NativeStepOptions } from '../native/types.js';
import { describe } from '../tensor/describe.js';

/** An option of a group: its PyTorch name, and what it may be. @internal */
export interface Field {
  readonly python: string;
  readonly kind: 'number' | 'boolean' | 'betas';
  readonly default: number | boolean | readonly [number, number];
  /** Whether a number may be negative. */
  readonly signed?: boolean;
}

/** The options of an optimizer by name. @internal */
export type Fields = Readonly<Record<string, Field>>;

function wrongKind(where: string, name: string, expected: string, value: unknown): Error {
  return makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected ${name} to be ${expected}, got ${describe(value)}`,
  );
}

function outOfRange(where: string, name: string, expected: string, value: unknown): Error {
  return makeError('ERR_VALUE', `${where}: expected ${name} ${expected}, got ${String(value)}`);
}

function checkNumber(where: string, name: string, value: unknown, signed: boolean): void {
  if (typeof value !== 'number') throw wrongKind(where, name, 'a number', value);
  if (Number.isNaN(value)) throw outOfRange(where, name, 'to be a number', value);
  if (!signed && value < 0) throw outOfRange(where, name, 'of 0 or more', value);
}

function checkBetas(where: string, value: unknown): void {
  if (!Array.isArray(value) || value.length !== 2) {
    throw wrongKind(where, 'betas', 'two numbers', value);
  }
  value.forEach((beta: unknown, index) => {
    const name = `betas[${index}]`;
    checkNumber(where, name, beta, false);
    if ((beta as number) >= 1) throw outOfRange(where, name, 'below 1', beta);
  });
}

/** Throws for the first option that is wrong. @internal */
export function checkGroup(where: string, fields: Fields, group: object): void {
  for (const [name, field] of Object.entries(fields)) {
    const value = (group as Record<string, unknown>)[name];
    if (field.kind === 'number') checkNumber(where, name, value, field.signed ?? false);
    else if (field.kind === 'betas') checkBetas(where, value);
    else if (typeof value !== 'boolean') throw wrongKind(where, name, 'true or false', value);
  }
}

/** What the native step reads, checked once more: groups are open to change. @internal */
export function stepOptions(where: string, fields: Fields, group: object): NativeStepOptions {
  checkGroup(where, fields, group);
  const options: { [name: string]: number | boolean; beta1?: number; beta2?: number } = {};
  for (const [name, { kind }] of Object.entries(fields)) {
    const value = (group as Record<string, unknown>)[name];
    if (kind === 'betas') [options.beta1, options.beta2] = value as [number, number];
    else options[name] = value as number | boolean;
  }
  return options;
}
