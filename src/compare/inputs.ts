import { makeError } from '../make-error.js';
import type { ModuleInput } from '../module/value.js';
import { describe } from '../tensor/describe.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

/** One call: a list of arguments, or the tensor that is the only one. */
export type CompareInput = Tensor | readonly ModuleInput[];

/** Calls to compare: an array of them, or what makes them one after the other. */
export type CompareInputs = Iterable<CompareInput> | AsyncIterable<CompareInput>;

function wrong(where: string, expected: string, got: unknown): Error {
  return makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected ${expected}, got ${got instanceof Tensor ? 'a Tensor' : describe(got)}`,
  );
}

/** Refuses what gives no inputs. */
export function checkInputs(inputs: CompareInputs): void {
  const given: unknown = inputs;
  const isObject = typeof given === 'object' && given !== null && !(given instanceof Tensor);
  if (isObject && (Symbol.iterator in given || Symbol.asyncIterator in given)) return;
  throw wrong('compareModules: inputs', 'an array (or generator) of lists of arguments', given);
}

/** How many there are; null where only the end will tell. */
export function countOf(inputs: CompareInputs): number | null {
  return Array.isArray(inputs) ? inputs.length : null;
}

/** The arguments of an input; null as its index for what `otherInputs` gave. */
export function argumentsOf(input: CompareInput, index: number | null): readonly ModuleInput[] {
  if (input instanceof Tensor) return [input];
  if (Array.isArray(input)) return input as readonly ModuleInput[];
  const where = index === null ? 'the result of otherInputs' : `inputs[${index}]`;
  throw wrong(`compareModules: ${where}`, 'a Tensor or a list of arguments', input);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    (prototype === null || prototype === Object.prototype) &&
    Object.getOwnPropertySymbols(value).length === 0
  );
}

function copy(value: ModuleInput): ModuleInput {
  if (value instanceof Tensor) return tidy(() => value.detach().clone());
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly ModuleInput[]).map(copy);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [copy(key), copy(item)] as const));
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value as Readonly<Record<string, ModuleInput>>);
  return Object.fromEntries(entries.map(([key, item]) => [key, copy(item)]));
}

/** Arguments with tensors of their own: a model may change what it gets. */
export function copyArguments(args: readonly ModuleInput[]): ModuleInput[] {
  return args.map(copy);
}
