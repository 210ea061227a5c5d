import { makeError } from '../make-error.js';
import { operator } from '../tensor/operators.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Keywords } from './types.js';

/** Options of `svdLowrank`. */
export interface SvdLowrankOptions extends Keywords {
  /** A slightly overestimated rank, 6 unless given. */
  q?: number | null | undefined;
  /** Iterations, 2 unless given. */
  niter?: number | null | undefined;
  /** What is subtracted first. */
  M?: Tensor | null | undefined;
}

/** Options of `pcaLowrank`. */
export interface PcaLowrankOptions extends Keywords {
  /** A slightly overestimated rank, at most 6 unless given. */
  q?: number | null | undefined;
  /** Whether to subtract the means of the columns first, default true. */
  center?: boolean | undefined;
  /** Iterations, 2 unless given. */
  niter?: number | undefined;
}

const matmul = operator('aten::matmul');
const subtract = operator('aten::sub.Tensor');
const mean = operator('aten::mean.dim');
const qr = operator<[Tensor, Tensor]>('aten::linalg_qr');
const svd = operator<[Tensor, Tensor, Tensor]>('aten::linalg_svd');
const randn = operator('aten::randn');
const adjoint = operator('aten::mH');
const broadcast = operator('aten::broadcast_to');

/** `Q` with orthonormal columns such that `Q Qᴴ (A - M)` is near `A - M`: Halko et al., 2009. */
function basis(A: Tensor, q: number, niter: number, M: Tensor | null): Tensor {
  const times = (left: Tensor, minus: Tensor | null, right: Tensor): Tensor => {
    const product = matmul(left, right);
    return minus === null ? product : subtract(product, matmul(minus, right));
  };
  const kind = /float|complex/.test(A.dtype) ? A.dtype : 'float32';
  const R = randn([A.shape.at(-1), q], { dtype: kind, device: A.device });
  let [Q] = qr(times(A, M, R));
  const AH = adjoint(A);
  const MH = M === null ? null : adjoint(M);
  for (let i = 0; i < niter; i++) {
    [Q] = qr(times(AH, MH, Q));
    [Q] = qr(times(A, M, Q));
  }
  return Q;
}

function lowRank(A: Tensor, q: number, niter: number, M: Tensor | null): [Tensor, Tensor, Tensor] {
  const [rows = 0, columns = 0] = A.shape.slice(-2);
  const wide = rows < columns;
  const minus = M === null ? null : broadcast(M, A.shape);
  const a = wide ? adjoint(A) : A;
  const m = wide && minus !== null ? adjoint(minus) : minus;
  const Q = basis(a, q, niter, m);
  const QH = adjoint(Q);
  const product = matmul(QH, a);
  const [u, S, vh] = svd(m === null ? product : subtract(product, matmul(QH, m)), false);
  const U = matmul(Q, u);
  const V = adjoint(vh);
  return wide ? [V, S, U] : [U, S, V];
}

/**
 * The greatest singular values of a matrix and their vectors, `A ≈ U diag(S) Vᴴ`, by a randomized
 * method; seed it with `manualSeed`.
 *
 * @example
 * ```ts
 * import { rand, svdLowrank } from 'libtorch-node';
 *
 * const [U, S, V] = svdLowrank(rand([20, 10]), { q: 3 });
 * console.log(U.shape, S.shape, V.shape); // [20, 3] [3] [10, 3]
 * ```
 */
export function svdLowrank(
  A: Tensor,
  options?: SvdLowrankOptions,
): [U: Tensor, S: Tensor, V: Tensor] {
  const { q, niter, M } = checkOptions('svdLowrank', options, ['q', 'niter', 'M']) ?? {};
  return lowRank(A, q ?? 6, niter ?? 2, M ?? null);
}

/**
 * The principal components of rows of observations, `A ≈ U diag(S) Vᴴ` after centering, by a
 * randomized method; seed it with `manualSeed`.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a rank that the matrix cannot have.
 * @example
 * ```ts
 * import { pcaLowrank, rand } from 'libtorch-node';
 *
 * const [, S] = pcaLowrank(rand([20, 10]), { q: 3 });
 * console.log(S.shape); // [3]
 * ```
 */
export function pcaLowrank(
  A: Tensor,
  options?: PcaLowrankOptions,
): [U: Tensor, S: Tensor, V: Tensor] {
  const named = checkOptions('pcaLowrank', options, ['q', 'center', 'niter']) ?? {};
  const { center = true, niter = 2 } = named;
  const most = Math.min(...A.shape.slice(-2));
  const q = named.q ?? Math.min(6, most);
  if (q < 0 || q > most) {
    throw makeError('ERR_OUT_OF_RANGE', `pcaLowrank: expected q from 0 to ${most}, got ${q}`);
  }
  return lowRank(center ? subtract(A, mean(A, [-2], true)) : A, q, niter, null);
}
