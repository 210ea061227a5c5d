import { makeError } from '../make-error.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';

/** @internal */
export function checkName(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected the name of a parameter, such as 'fc.weight', got ${describe(value)}`,
  );
}

/** @internal */
export function checkNames(where: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.length > 0) return value.map((name) => checkName(where, name));
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected an array of names of parameters, got ${describe(value)}`,
  );
}

/** @internal */
export function checkTensor(where: string, name: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  const got = describe(value);
  throw makeError('ERR_INVALID_ARG_TYPE', `${where}: ${name}: expected a Tensor, got ${got}`);
}

/** @internal */
export function checkScores(where: string, value: unknown): Tensor | null {
  return value === undefined ? null : checkTensor(where, 'importanceScores', value);
}

/** @internal */
export function checkDim(where: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  const got = describe(value);
  throw makeError('ERR_INVALID_ARG_TYPE', `${where}: dim: expected an integer, got ${got}`);
}

/** An order of a norm, by torch.norm's words. */
export type NormOrder = number | 'fro' | 'nuc';

/** @internal */
export function checkNorm(where: string, value: unknown): NormOrder {
  if (value === 'fro' || value === 'nuc') return value;
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  const got = describe(value);
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: n: expected a number, Infinity and -Infinity included, 'fro' or 'nuc', got ${got}`,
  );
}
