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
   * `torch.nn.functional.cosine_similarity`; 1 where both are all zeros, 0 where one is;
   * null where squares overflow.
   */
  readonly cosineSimilarity: number | null;
  /**
   * Signal to quantization noise in decibels, 20 log10(‖reference‖ / ‖other - reference‖), as
   * `torch.ao.ns.fx.utils.compute_sqnr`; infinite where both are equal.
   */
  readonly sqnr: number | null;
  /** Share of rows of [N, C] floating-point outputs whose largest score is at the same class. */
  readonly top1Agreement: number | null;
  /** Elements that are further apart than the tolerance. */
  readonly notClose: number;
  readonly notFinite: number;
  /** Whether all are within the tolerance, as `torch.allclose` with `equal_nan` says it. */
  readonly allClose: boolean;
}
