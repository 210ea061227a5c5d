import { noGrad } from '../autograd/modes.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** How far values may be apart: |other - reference| <= atol + rtol * |reference|. */
export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/**
 * How far apart two results are, in float64. Elements that are NaN in both, or the same infinity, are
 * equal. Those that are NaN or infinite in one alone count in `notFinite` and `notClose`; the other
 * figures are of elements that are finite in both, and null where there are none.
 */
export interface ErrorFigures {
  readonly elements: number;
  /** Largest |other - reference|. */
  readonly maxAbsoluteError: number | null;
  readonly meanAbsoluteError: number | null;
  /**
   * Largest |other - reference| / max(|reference|, atol): as `torch.testing.assert_close` has it, but
   * what lies within `atol` of zero does not make it infinite. 0 where both are equal.
   */
  readonly maxRelativeError: number | null;
  readonly meanRelativeError: number | null;
  /**
   * reference · other / (‖reference‖ ‖other‖) over all elements, as
   * `torch.nn.functional.cosine_similarity`; 1 where both are all zeros, 0 where one is.
   */
  readonly cosineSimilarity: number | null;
  /** Share of rows of [N, C] floating-point outputs whose largest score is at the same class. */
  readonly top1Agreement: number | null;
  /** Elements that are further apart than the tolerance. */
  readonly notClose: number;
  readonly notFinite: number;
  /** Whether all are within the tolerance, as `torch.allclose` with `equal_nan` says it. */
  readonly allClose: boolean;
}

/** Elements that are taken at once: what is made on the way stays small. */
const CHUNK = 1 << 20;

type Tensors = [Tensor, Tensor];

const isComplex = ({ dtype }: Tensor): boolean => dtype.startsWith('complex');

/** Sums from which the figures follow; sums of parts add up to those of the whole. */
export class ErrorSums {
  #elements = 0;
  #finite = 0;
  #notFinite = 0;
  #notClose = 0;
  #maxAbsolute = 0;
  #sumAbsolute = 0;
  #maxRelative = 0;
  #sumRelative = 0;
  #dot = 0;
  #squares = [0, 0];
  #rows = 0;
  #agreeing = 0;

  /** Sums of two tensors of the same shape. */
  static of(reference: Tensor, other: Tensor, tolerance: Tolerance): ErrorSums {
    const sums = new ErrorSums();
    noGrad(() => tidy(() => sums.#addTensors(plain(reference), plain(other), tolerance)));
    return sums;
  }

  /** Takes those of another part in. */
  add(part: ErrorSums): void {
    this.#elements += part.#elements;
    this.#finite += part.#finite;
    this.#notFinite += part.#notFinite;
    this.#notClose += part.#notClose;
    this.#maxAbsolute = Math.max(this.#maxAbsolute, part.#maxAbsolute);
    this.#sumAbsolute += part.#sumAbsolute;
    this.#maxRelative = Math.max(this.#maxRelative, part.#maxRelative);
    this.#sumRelative += part.#sumRelative;
    this.#dot += part.#dot;
    this.#squares = this.#squares.map((sum, at) => sum + part.#squares[at]!);
    this.#rows += part.#rows;
    this.#agreeing += part.#agreeing;
  }

  get figures(): ErrorFigures {
    const count = this.#finite;
    const ofFinite = (value: number): number | null => (count === 0 ? null : value);
    return {
      elements: this.#elements,
      maxAbsoluteError: ofFinite(this.#maxAbsolute),
      meanAbsoluteError: ofFinite(this.#sumAbsolute / count),
      maxRelativeError: ofFinite(this.#maxRelative),
      meanRelativeError: ofFinite(this.#sumRelative / count),
      cosineSimilarity: ofFinite(this.#cosine()),
      top1Agreement: this.#rows === 0 ? null : this.#agreeing / this.#rows,
      notClose: this.#notClose,
      notFinite: this.#notFinite,
      allClose: this.#notClose === 0,
    };
  }

  #cosine(): number {
    const [a, b] = this.#squares as [number, number];
    if (a === 0 || b === 0) return a === b ? 1 : 0;
    // One root is exact for equal values; the product may overflow.
    const product = a * b;
    const isExact = product > 0 && product < Number.POSITIVE_INFINITY;
    const norms = isExact ? Math.sqrt(product) : Math.sqrt(a) * Math.sqrt(b);
    return Math.min(1, Math.max(-1, this.#dot / norms));
  }

  #addTensors(reference: Tensor, given: Tensor, tolerance: Tolerance): void {
    const other = given.device === reference.device ? given : given.to(reference.device);
    this.#addRows(reference, other);
    const type = isComplex(reference) || isComplex(other) ? 'complex128' : 'float64';
    const flat: Tensors = [reference.reshape(-1), other.reshape(-1)] as Tensors;
    for (let at = 0; at < reference.numel; at += CHUNK) {
      const length = Math.min(CHUNK, reference.numel - at);
      tidy(() => {
        const [a, b] = flat.map((one) => one.narrow(0, at, length).to(type)) as Tensors;
        this.#addChunk(a, b, tolerance);
      });
    }
  }

  #addRows(reference: Tensor, other: Tensor): void {
    const [rows, classes] = reference.shape;
    const isScores = [reference, other].every(({ dtype }) => /^b?float/.test(dtype));
    if (reference.shape.length !== 2 || !isScores || !rows || classes! < 2) return;
    const [first, second] = [reference, other].map((one) => one.to('float64').argmax(1)) as Tensors;
    this.#rows += rows;
    this.#agreeing += numbers(first.eq(second).sum())[0]!;
  }

  #addChunk(a: Tensor, b: Tensor, tolerance: Tolerance): void {
    this.#elements += a.numel;
    const isFine = a.isfinite().logicalAnd(b.isfinite()) as Tensor;
    const [fine] = numbers(isFine.sum()) as [number];
    if (fine === a.numel) {
      this.#addFinite(a, b, tolerance);
      return;
    }
    const areNan = a.isnan().logicalAnd(b.isnan());
    const isSame = a.eq(b).logicalOr(areNan).logicalOr(isFine);
    const apart = a.numel - numbers(isSame.sum())[0]!;
    this.#notFinite += apart;
    this.#notClose += apart;
    const [first, second] = [a, b].map((one) => one.maskedSelect(isFine)) as Tensors;
    if (fine > 0) this.#addFinite(first, second, tolerance);
  }

  #addFinite(a: Tensor, b: Tensor, { atol, rtol }: Tolerance): void {
    const error = b.sub(a).abs();
    const size = a.abs();
    // 0 / 0 is no error.
    const relative = error.div(size.clampMin(atol)).maskedFill(error.eq(0), 0);
    const isFar = error.gt(size.mul(rtol).add(atol));
    const [x, y] = [a, b].map((one) => (isComplex(one) ? one.viewAsReal() : one)) as Tensors;
    const [maxAbsolute, sumAbsolute, maxRelative, sumRelative, far, dot, first, second] = numbers(
      error.max(),
      error.sum(),
      relative.max(),
      relative.sum(),
      isFar.sum(),
      x.mul(y).sum(),
      x.square().sum(),
      y.square().sum(),
    ) as [number, number, number, number, number, number, number, number];
    this.#finite += a.numel;
    this.#notClose += far;
    this.#maxAbsolute = Math.max(this.#maxAbsolute, maxAbsolute);
    this.#sumAbsolute += sumAbsolute;
    this.#maxRelative = Math.max(this.#maxRelative, maxRelative);
    this.#sumRelative += sumRelative;
    this.#dot += dot;
    this.#squares = [this.#squares[0]! + first, this.#squares[1]! + second];
  }
}

/** Quantized values as the numbers they stand for. */
function plain(tensor: Tensor): Tensor {
  return tensor.dtype.startsWith('q') ? tensor.dequantize() : tensor;
}

/** Numbers of tensors with one element. */
function numbers(...tensors: Tensor[]): number[] {
  return tensors.map((one) => one.item() as number);
}
