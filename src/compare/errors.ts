import { noGrad } from '../autograd/modes.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ErrorFigures, Tolerance } from './error-figures.js';

/** Elements that are taken at once: what is made on the way stays in a core's cache. */
const CHUNK = 1 << 15;

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
  #noise = 0;
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
    this.#noise += part.#noise;
    this.#rows += part.#rows;
    this.#agreeing += part.#agreeing;
  }

  get figures(): ErrorFigures {
    const count = this.#finite;
    const ofFinite = (value: number | null): number | null => (count === 0 ? null : value);
    return {
      elements: this.#elements,
      maxAbsoluteError: ofFinite(this.#maxAbsolute),
      meanAbsoluteError: ofFinite(this.#sumAbsolute / count),
      maxRelativeError: ofFinite(this.#maxRelative),
      meanRelativeError: ofFinite(this.#sumRelative / count),
      cosineSimilarity: ofFinite(this.#cosine()),
      sqnr: ofFinite(this.#sqnr()),
      top1Agreement: this.#rows === 0 ? null : this.#agreeing / this.#rows,
      notClose: this.#notClose,
      notFinite: this.#notFinite,
      allClose: this.#notClose === 0,
    };
  }

  #cosine(): number | null {
    const [a, b] = this.#squares as [number, number];
    if (a === 0 || b === 0) return a === b ? 1 : 0;
    // One root is exact for equal values; the product may overflow.
    const product = a * b;
    const isExact = product > 0 && product < Number.POSITIVE_INFINITY;
    const norms = isExact ? Math.sqrt(product) : Math.sqrt(a) * Math.sqrt(b);
    const cosine = this.#dot / norms;
    return Number.isNaN(cosine) ? null : Math.min(1, Math.max(-1, cosine));
  }

  #sqnr(): number {
    return this.#noise === 0
      ? Number.POSITIVE_INFINITY
      : 10 * Math.log10(this.#squares[0]! / this.#noise);
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
    const [first, second] = [reference, other].map((one) => one.argmax(1)) as Tensors;
    this.#rows += rows;
    this.#agreeing += numbers(first.eq(second).sum())[0]!;
  }

  #addChunk(a: Tensor, b: Tensor, tolerance: Tolerance): void {
    this.#elements += a.numel;
    const squares = squaresOf(a, b);
    // Nearly always: one element that is not finite would show in the sums.
    if (squares.every(Number.isFinite)) {
      this.#addFinite(a, b, squares, tolerance);
      return;
    }
    const isFine = a.isfinite().logicalAnd(b.isfinite()) as Tensor;
    const areNan = a.isnan().logicalAnd(b.isnan());
    const isSame = a.eq(b).logicalOr(areNan).logicalOr(isFine);
    const apart = a.numel - numbers(isSame.sum())[0]!;
    this.#notFinite += apart;
    this.#notClose += apart;
    const [first, second] = [a, b].map((one) => one.maskedSelect(isFine)) as Tensors;
    if (first.numel > 0) this.#addFinite(first, second, squaresOf(first, second), tolerance);
  }

  #addFinite(a: Tensor, b: Tensor, squares: readonly number[], { atol, rtol }: Tolerance): void {
    const error = b.sub(a).abs();
    const size = a.abs();
    const quotient = error.div(size.clampMin(atol));
    // 0 / 0 is no error.
    const relative = atol > 0 ? quotient : quotient.maskedFill(error.eq(0), 0);
    const isFar = error.gt(size.mul(rtol).add(atol));
    const [maxAbsolute, sumAbsolute, maxRelative, sumRelative, far, dot, noise] = numbers(
      error.max(),
      error.sum(),
      relative.max(),
      relative.sum(),
      isFar.sum(),
      real(a).mul(real(b)).sum(),
      error.square().sum(),
    ) as [number, number, number, number, number, number, number];
    this.#finite += a.numel;
    this.#notClose += far;
    this.#maxAbsolute = Math.max(this.#maxAbsolute, maxAbsolute);
    this.#sumAbsolute += sumAbsolute;
    this.#maxRelative = Math.max(this.#maxRelative, maxRelative);
    this.#sumRelative += sumRelative;
    this.#dot += dot;
    this.#noise += noise;
    this.#squares = this.#squares.map((sum, at) => sum + squares[at]!);
  }
}

/** Quantized values as the numbers they stand for. */
function plain(tensor: Tensor): Tensor {
  return tensor.dtype.startsWith('q') ? tensor.dequantize() : tensor;
}

/** Complex elements as pairs. */
function real(tensor: Tensor): Tensor {
  return isComplex(tensor) ? tensor.viewAsReal() : tensor;
}

function squaresOf(...tensors: Tensor[]): number[] {
  return numbers(...tensors.map((one) => real(one).square().sum()));
}

/** Numbers of tensors with one element. */
function numbers(...tensors: Tensor[]): number[] {
  return tensors.map((one) => one.item() as number);
}
