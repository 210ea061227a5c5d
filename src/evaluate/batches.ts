import { makeError } from '../make-error.js';
import type { ModuleInput } from '../module/value.js';
import { describe } from '../tensor/describe.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * What a model is given, and what it should give: a list of arguments, or the tensor that is the only
 * one; and a target as the metric takes it.
 */
export type EvaluationBatch<Target = unknown> = readonly [
  inputs: Tensor | readonly ModuleInput[],
  target: Target,
];

/** Batches: an array of them, or what makes them one after the other. */
export type EvaluationBatches<Target = unknown> =
  | Iterable<EvaluationBatch<Target>>
  | AsyncIterable<EvaluationBatch<Target>>;

function wrong(where: string, expected: string, got: unknown): Error {
  return makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected ${expected}, got ${got instanceof Tensor ? 'a Tensor' : describe(got)}`,
  );
}

function isIterable(value: unknown): value is EvaluationBatches {
  const isObject = typeof value === 'object' && value !== null && !(value instanceof Tensor);
  return isObject && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/** Refuses what gives no batches. @internal */
export function checkBatches(where: string, batches: unknown): void {
  if (isIterable(batches)) return;
  throw wrong(`${where}: batches`, 'an array (or generator) of [inputs, target]', batches);
}

/** Whether it can be read only once, as a generator. */
function isOnce(batches: Iterable<unknown> | AsyncIterable<unknown>): boolean {
  const own: unknown =
    Symbol.asyncIterator in batches
      ? batches[Symbol.asyncIterator]
      : (batches as Iterable<unknown>)[Symbol.iterator];
  return 'next' in batches && typeof own === 'function';
}

/** Batches that can be read again and again: those of a generator, collected. @internal */
export async function repeatable<T>(
  batches: Iterable<T> | AsyncIterable<T>,
): Promise<Iterable<T> | AsyncIterable<T>> {
  if (!isOnce(batches)) return batches;
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** How many there are; null where only the end will tell. @internal */
export function batchCount(batches: EvaluationBatches): number | null {
  return Array.isArray(batches) ? batches.length : null;
}

/** A batch, taken apart. @internal */
export interface BatchParts {
  readonly args: readonly ModuleInput[];
  readonly target: unknown;
}

/** Takes a batch apart; `index` is for errors. @internal */
export function partsOfBatch(where: string, batch: EvaluationBatch, index: number): BatchParts {
  const at = `${where}: batches[${index}]`;
  if (!Array.isArray(batch) || batch.length !== 2) {
    throw wrong(at, 'a pair [inputs, target]', batch);
  }
  const [inputs, target] = batch as EvaluationBatch;
  if (inputs instanceof Tensor) return { args: [inputs], target };
  if (Array.isArray(inputs)) return { args: inputs as readonly ModuleInput[], target };
  throw wrong(`${at}[0]`, 'a Tensor or a list of arguments', inputs);
}

/** How many samples a batch has: rows of its target, else of the output, else one. @internal */
export function samplesOf(target: unknown, output: unknown): number {
  for (const value of [target, output]) {
    if (value instanceof Tensor && value.shape.length > 0) return value.shape[0]!;
    if (Array.isArray(value)) return value.length;
  }
  return 1;
}
