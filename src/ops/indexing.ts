import { makeError } from '../make-error.js';
import { tensor as tensorOf } from '../tensor/create.js';
import { describe } from '../tensor/describe.js';
import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { isTensor } from './is-tensor.js';
import { Slice } from './slice.js';

import type { Scalar } from './types.js';

/**
 * What stands between Python's brackets: an integer takes one element, `slice` a range, null adds a
 * dimension, `'...'` stands for all dimensions in between, a boolean adds one that it keeps or
 * empties, a bool tensor picks where it is true, an integer tensor or an array of integers picks in
 * its order.
 */
export type Index =
  | number
  | bigint
  | boolean
  | null
  | '...'
  | Slice
  | Tensor
  | readonly NestedIntegers[];

/** Integers or booleans, nested in arrays. */
export type NestedIntegers = number | boolean | readonly NestedIntegers[];

const select = operator('aten::select.int');
const sliced = operator('aten::slice.Tensor');
const unsqueeze = operator('aten::unsqueeze');
const alias = operator('aten::alias');
const gather = operator('aten::index.Tensor');
const put = operator('aten::index_put_');
const copy = operator('aten::copy_');
const addTo = operator('aten::add_.Tensor');
const reshape = operator('aten::reshape');
const scalarTensor = operator('aten::scalar_tensor');
const moved = operator('aten::to.device');

/** A tensor seen through the plain indices, and the tensors that pick from it. */
interface View {
  readonly view: Tensor;
  /** By dimension; null for those that are taken whole. */
  readonly picks: (Tensor | null)[];
}

function isMask(tensor: Tensor): boolean {
  return tensor.dtype === 'bool' || tensor.dtype === 'uint8';
}

/** How many dimensions an index takes up. */
function dimensionsOf(index: Index): number {
  if (index === null || index === '...' || typeof index === 'boolean') return 0;
  return isTensor(index) && isMask(index) ? index.dim() : 1;
}

/** An array of integers or booleans, nested or not. */
function ofIntegers(values: readonly NestedIntegers[]): Tensor {
  let leaf: NestedIntegers | undefined = values;
  while (Array.isArray(leaf)) leaf = leaf[0];
  return tensorOf(values as number[], { dtype: typeof leaf === 'boolean' ? 'bool' : 'int64' });
}

/** Indices that Python takes as tensors; others as they are. */
function normalized(where: string, index: unknown): Index {
  if (Array.isArray(index)) return ofIntegers(index);
  const known =
    index === null ||
    index === '...' ||
    typeof index === 'boolean' ||
    typeof index === 'bigint' ||
    Number.isSafeInteger(index) ||
    index instanceof Slice ||
    isTensor(index);
  if (known) return index as Index;
  throw makeError(
    'ERR_INVALID_ARG_TYPE',
    `${where}: expected an index to be an integer, a boolean, null, '...', slice(), a tensor or an ` +
      `array of integers, got ${describe(index)}`,
  );
}

/** Steps through the indices from the left, as PyTorch's `applySlicing` does. */
class Viewer {
  readonly picks: (Tensor | null)[] = [];
  #dim = 0;
  #view: Tensor;
  readonly #original: Tensor;

  constructor(tensor: Tensor) {
    this.#view = tensor;
    this.#original = tensor;
  }

  /** Views in between are let go at once. */
  #become(view: Tensor): void {
    if (this.#view !== this.#original) this.#view.dispose();
    this.#view = view;
  }

  get view(): Tensor {
    return this.#view;
  }

  take(index: Index, skipped: number): void {
    const view = this.#view;
    if (index === null) this.#become(unsqueeze(view, this.#dim++));
    else if (index === '...') this.#dim += skipped;
    else if (index instanceof Slice) {
      const { start, stop, step } = index;
      const whole = start === null && stop === null && step === 1;
      if (!whole) this.#become(sliced(view, this.#dim, start, stop, step));
      this.#dim++;
    } else if (typeof index === 'boolean') {
      this.#become(unsqueeze(view, this.#dim));
      this.#pick(tensorOf([index]));
    } else if (!isTensor(index)) this.#become(select(view, this.#dim, index));
    else if (index.dim() > 0) this.#pick(index);
    else if (isMask(index)) this.take(Boolean(index.item()), skipped);
    else this.#become(select(view, this.#dim, index.item()));
  }

  #pick(tensor: Tensor): void {
    while (this.picks.length < this.#dim) this.picks.push(null);
    const { device } = this.#view;
    const near = tensor.device === device || tensor.device === 'cpu';
    this.picks.push(near ? tensor : moved(tensor, { device }));
    // Also for a mask, whatever dimensions it has: LibTorch counts them itself.
    this.#dim++;
  }
}

function viewed(where: string, tensor: Tensor, indices: readonly Index[]): View {
  if (!Array.isArray(indices)) {
    throw makeError(
      'ERR_INVALID_ARG_TYPE',
      `${where}: expected indices to be an array, got ${describe(indices)}`,
    );
  }
  const known = indices.map((index) => normalized(where, index));
  const taken = known.reduce((sum: number, index) => sum + dimensionsOf(index), 0);
  if (taken > tensor.dim()) {
    throw makeError(
      'ERR_INDEX',
      `${where}: too many indices, ${taken}, for a tensor of ${tensor.dim()} dimensions`,
    );
  }
  const viewer = new Viewer(tensor);
  for (const index of known) viewer.take(index, tensor.dim() - taken);
  return { view: viewer.view, picks: viewer.picks };
}

/** @internal */
export function indexOf(tensor: Tensor, indices: readonly Index[]): Tensor {
  const { view, picks } = viewed('index', tensor, indices);
  // A new tensor always, as in Python.
  if (picks.length === 0) return view === tensor ? alias(tensor) : view;
  const result = gather(view, picks);
  if (view !== tensor) view.dispose();
  return result;
}

/** Leading dimensions of size 1 that the target lacks do not count. */
function withoutLeadingOnes(value: Tensor, dims: number): Tensor {
  const { shape } = value;
  let extra = 0;
  while (shape.length - extra > dims && shape[extra] === 1) extra++;
  return extra === 0 ? value : reshape(value, shape.slice(extra));
}

/** @internal */
export function indexPutInto(
  tensor: Tensor,
  indices: readonly Index[],
  values: Tensor | Scalar,
  options: { readonly accumulate?: boolean | undefined } | undefined,
): void {
  const { accumulate = false } = checkOptions('indexPut_', options, ['accumulate']) ?? {};
  const { view, picks } = viewed('indexPut_', tensor, indices);
  const source = isTensor(values)
    ? values
    : scalarTensor(values, { dtype: tensor.dtype, device: tensor.device });
  if (picks.length > 0) put(view, picks, source, accumulate);
  else if (accumulate) addTo(view, withoutLeadingOnes(source, view.dim()));
  else copy(view, withoutLeadingOnes(source, view.dim()));
  if (view !== tensor) view.dispose();
}
