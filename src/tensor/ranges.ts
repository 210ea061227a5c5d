import { withGrad } from '../autograd/require-grad.js';
import { makeError } from '../make-error.js';
import { describe } from './describe.js';
import type { DType } from './dtype.js';
import { aten } from './operators.js';
import { type TensorOptions, tensorOptions } from './options.js';
import { checkShape, type Shape } from './shape.js';
import type { Tensor } from './tensor.js';

type Scalar = number | bigint;

/** Splits `(...numbers, options?)`, checking that there are `least` to `most` numbers. */
function splitOptions(
  where: string,
  args: readonly unknown[],
  least: number,
  most: number,
): { numbers: Scalar[]; options: TensorOptions | undefined } {
  const last = args.at(-1);
  const hasOptions = last === undefined || (typeof last === 'object' && !Array.isArray(last));
  const numbers = (hasOptions ? args.slice(0, -1) : args).filter((value) => value !== undefined);
  for (const value of numbers) {
    if (typeof value !== 'bigint' && (typeof value !== 'number' || Number.isNaN(value))) {
      throw makeError(
        'ERR_INVALID_ARG_TYPE',
        `${where}: expected numbers or bigints, got ${describe(value)}`,
      );
    }
  }
  if (numbers.length < least || numbers.length > most) {
    throw makeError(
      numbers.length < least ? 'ERR_MISSING_ARGUMENT' : 'ERR_TOO_MANY_ARGUMENTS',
      `${where}: expected ${least} to ${most} numbers, got ${numbers.length}`,
    );
  }
  return {
    numbers: numbers as Scalar[],
    options: hasOptions ? (last as TensorOptions | undefined) : undefined,
  };
}

/**
 * Numbers from `start` (0) up to but not including `end`, by `step` (1). Numbers make float32,
 * also where they are whole; bigints make int64; `dtype` decides otherwise.
 *
 * @example
 * ```ts
 * import { arange } from 'libtorch-node';
 *
 * console.log(arange(3).toArray(), arange(3).dtype); // [0, 1, 2] float32
 * console.log(arange(1n, 7n, 2n).toArray()); // [1, 3, 5]
 * console.log(arange(0, 4, { dtype: 'int32' }).dtype); // int32
 * ```
 */
export function arange<D extends DType>(
  end: Scalar,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function arange<D extends DType>(
  start: Scalar,
  end: Scalar,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function arange<D extends DType>(
  start: Scalar,
  end: Scalar,
  step: Scalar,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>;
export function arange(end: number, options?: TensorOptions): Tensor<'float32'>;
export function arange(start: number, end: number, options?: TensorOptions): Tensor<'float32'>;
export function arange(
  start: number,
  end: number,
  step: number,
  options?: TensorOptions,
): Tensor<'float32'>;
export function arange(end: bigint, options?: TensorOptions): Tensor<'int64'>;
export function arange(start: bigint, end: bigint, options?: TensorOptions): Tensor<'int64'>;
export function arange(
  start: bigint,
  end: bigint,
  step: bigint,
  options?: TensorOptions,
): Tensor<'int64'>;
export function arange(...args: readonly unknown[]): Tensor {
  const { numbers, options } = splitOptions('arange', args, 1, 3);
  const [start, end, step] =
    numbers.length === 1 ? [0, numbers[0], 1] : [numbers[0], numbers[1], numbers[2] ?? 1];
  const dtype = numbers.every((value) => typeof value === 'bigint') ? 'int64' : 'float32';
  const made = aten.arange(start, end, step, tensorOptions('arange', options, dtype));
  return withGrad('arange', made, options);
}

/**
 * `steps` numbers evenly from `start` to `end`, both included; float32 unless `dtype` says
 * otherwise.
 *
 * @example
 * ```ts
 * import { linspace } from 'libtorch-node';
 *
 * console.log(linspace(0, 1, 5).toArray()); // [0, 0.25, 0.5, 0.75, 1]
 * ```
 */
export function linspace<D extends DType = 'float32'>(
  start: number,
  end: number,
  steps: number,
  options?: TensorOptions<D>,
): Tensor<D> {
  const given = tensorOptions('linspace', options, 'float32');
  return withGrad('linspace', aten.linspace(start, end, steps, given) as Tensor<D>, options);
}

/**
 * Random integers from `low` (0) up to but not including `high`; int64 unless `dtype` says
 * otherwise, as in PyTorch.
 *
 * @example
 * ```ts
 * import { randint } from 'libtorch-node';
 *
 * console.log(randint(10, [3]).dtype); // int64
 * console.log(randint(5, 6, [2]).toArray()); // [5, 5]
 * ```
 */
export function randint<D extends DType = 'int64'>(
  high: Scalar,
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D>;
export function randint<D extends DType = 'int64'>(
  low: Scalar,
  high: Scalar,
  shape: Shape,
  options?: TensorOptions<D>,
): Tensor<D>;
export function randint(...args: readonly unknown[]): Tensor {
  const at = args.findIndex((value) => typeof value === 'object');
  const { numbers } = splitOptions('randint', [...args.slice(0, at), {}], 1, 2);
  const low = numbers.length === 1 ? 0 : numbers[0];
  const given = args[at + 1] as TensorOptions | undefined;
  const options = tensorOptions('randint', given, 'int64');
  const made = aten.randint(low, numbers.at(-1), checkShape('randint', args[at]), options);
  return withGrad('randint', made, given);
}
