import type { DType } from '../tensor/dtype.js';
import { operator } from '../tensor/operators.js';
import type { Tensor } from '../tensor/tensor.js';
import { RegisteredOperators } from './generated/registered-operators.js';
import { type Index, indexOf, indexPutInto } from './indexing.js';
import { type NonzeroOptions, nonzero } from './nonzero.js';
import { type NormOptions, norm } from './norm.js';
import { type StftOptions, stft } from './stft.js';
import type { Keywords, Scalar } from './types.js';
import {
  type UniqueConsecutiveOptions,
  type UniqueOptions,
  type UniqueResult,
  unique,
  uniqueConsecutive,
} from './unique.js';

/** Options of `indexPut_`. */
export interface IndexPutOptions extends Keywords {
  /** Whether to add to what is there; places that occur twice get both. */
  accumulate?: boolean | undefined;
}

const views = {
  T: operator('aten::numpy_T'),
  H: operator('aten::matrix_H'),
  mT: operator('aten::mT'),
  mH: operator('aten::mH'),
  real: operator('aten::real'),
  imag: operator('aten::imag'),
};
const cast = operator('aten::to.dtype');

/** What Python adds to the operators of a tensor. */
export abstract class TensorMembers<D extends DType = DType> extends RegisteredOperators<D> {
  /** A view with the dimensions in reverse order. */
  get T(): Tensor<D> {
    return views.T(this) as Tensor<D>;
  }
  /** A view of a matrix, transposed and conjugated. */
  get H(): Tensor<D> {
    return views.H(this) as Tensor<D>;
  }
  /** A view with the last two dimensions swapped. */
  get mT(): Tensor<D> {
    return views.mT(this) as Tensor<D>;
  }
  /** A view with the last two dimensions swapped and the elements conjugated. */
  get mH(): Tensor<D> {
    return views.mH(this) as Tensor<D>;
  }
  /** A view of the real parts. */
  get real(): Tensor {
    return views.real(this);
  }
  /** A view of the imaginary parts. */
  get imag(): Tensor {
    return views.imag(this);
  }

  /**
   * What Python's brackets give: `x[0:2, None, mask]` is `x.index([slice(0, 2), null, mask])`. A
   * view where all indices are integers, slices, null and '...'; a copy where tensors pick.
   *
   * @throws RangeError `ERR_INDEX` for too many indices and integers out of range.
   */
  index(indices: readonly Index[]): Tensor<D> {
    return indexOf(this as unknown as Tensor, indices) as Tensor<D>;
  }
  /** Assigns to what `index` would give, broadcasting; returns this. */
  indexPut_(indices: readonly Index[], values: Tensor | Scalar, options?: IndexPutOptions): this {
    indexPutInto(this as unknown as Tensor, indices, values, options);
    return this;
  }
  /** Where elements are not zero, one row an element. */
  nonzero(options?: NonzeroOptions): Tensor<'int64'>;
  nonzero(options: NonzeroOptions & { readonly asTuple: true }): Tensor<'int64'>[];
  nonzero(options?: NonzeroOptions): unknown {
    return nonzero(this as unknown as Tensor, options);
  }
  /** The norm of all elements or along dimensions; see the function `norm`. */
  norm(p: number | 'fro' | 'nuc', options?: NormOptions): Tensor;
  norm(options?: NormOptions): Tensor;
  norm(p?: number | 'fro' | 'nuc' | NormOptions, options?: NormOptions): Tensor {
    return norm(this as unknown as Tensor, p as 'fro', options);
  }
  /** The spectra of overlapping frames; see the function `stft`. */
  stft(nFft: number, options?: StftOptions): Tensor {
    return stft(this as unknown as Tensor, nFft, options);
  }
  /** The elements without repetition, in order; see the function `unique`. */
  unique<const O extends UniqueOptions = Record<never, never>>(options?: O): UniqueResult<O> {
    return unique(this as unknown as Tensor, options);
  }
  /** The elements without those that equal the one before. */
  uniqueConsecutive<const O extends UniqueConsecutiveOptions = Record<never, never>>(
    options?: O,
  ): UniqueResult<O> {
    return uniqueConsecutive(this as unknown as Tensor, options);
  }

  /** As float32. */
  float(): Tensor<'float32'> {
    return cast(this, 'float32') as Tensor<'float32'>;
  }
  /** As float64. */
  double(): Tensor<'float64'> {
    return cast(this, 'float64') as Tensor<'float64'>;
  }
  /** As float16. */
  half(): Tensor<'float16'> {
    return cast(this, 'float16') as Tensor<'float16'>;
  }
  /** As bfloat16. */
  bfloat16(): Tensor<'bfloat16'> {
    return cast(this, 'bfloat16') as Tensor<'bfloat16'>;
  }
  /** As int64. */
  long(): Tensor<'int64'> {
    return cast(this, 'int64') as Tensor<'int64'>;
  }
  /** As int32. */
  int(): Tensor<'int32'> {
    return cast(this, 'int32') as Tensor<'int32'>;
  }
  /** As int16. */
  short(): Tensor<'int16'> {
    return cast(this, 'int16') as Tensor<'int16'>;
  }
  /** As int8. */
  char(): Tensor<'int8'> {
    return cast(this, 'int8') as Tensor<'int8'>;
  }
  /** As uint8. */
  byte(): Tensor<'uint8'> {
    return cast(this, 'uint8') as Tensor<'uint8'>;
  }
  /** As bool: whether elements are not zero. */
  bool(): Tensor<'bool'> {
    return cast(this, 'bool') as Tensor<'bool'>;
  }
}
