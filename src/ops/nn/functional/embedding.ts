import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { checkOneOf } from './options.js';

/** Options of `embedding`. */
export interface EmbeddingOptions extends Keywords {
  /** A row without gradient. */
  paddingIdx?: number | null | undefined;
  /** Rows that are used and longer than this are shortened, in the weight itself. */
  maxNorm?: number | null | undefined;
  /** The norm of `maxNorm`, 2 unless given. */
  normType?: number | undefined;
  scaleGradByFreq?: boolean | undefined;
  sparse?: boolean | undefined;
}

/** Options of `embeddingBag`. */
export interface EmbeddingBagOptions extends EmbeddingOptions {
  /** Where bags begin, for indices in one dimension. */
  offsets?: Tensor | null | undefined;
  /** Default 'mean'. */
  mode?: 'sum' | 'mean' | 'max' | undefined;
  /** Factors of the rows, for 'sum'. */
  perSampleWeights?: Tensor | null | undefined;
  /** Whether the last offset is the end. */
  includeLastOffset?: boolean | undefined;
}

const aten = {
  embedding: operator('aten::embedding'),
  embeddingBag: operator<Tensor[]>('aten::embedding_bag.padding_idx'),
  renormalize: operator('aten::embedding_renorm_'),
  arange: operator('aten::arange.start_step'),
  detach: operator('aten::detach'),
};

const names = ['paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'];

function shorten(weight: Tensor, indices: Tensor, options: EmbeddingOptions): void {
  const { maxNorm, normType = 2 } = options;
  if (maxNorm === undefined || maxNorm === null) return;
  aten.renormalize(aten.detach(weight), indices.contiguous(), maxNorm, normType);
}

function paddingRow(where: string, padding: number, rows: number): number {
  if (padding >= -rows && padding < rows) return padding < 0 ? padding + rows : padding;
  throw makeError(
    'ERR_OUT_OF_RANGE',
    `${where}: expected paddingIdx to be one of ${rows} rows, got ${padding}`,
  );
}

/**
 * Rows of a table by their indices.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a padding row that the table has not.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const table = tensor([[1, 2], [3, 4]]);
 * console.log(nn.functional.embedding(tensor([1n, 0n]), table).toArray()); // [[3, 4], [1, 2]]
 * ```
 */
export function embedding(input: Tensor, weight: Tensor, options?: EmbeddingOptions): Tensor {
  const given = checkOptions('embedding', options, names) ?? {};
  const { paddingIdx, scaleGradByFreq = false, sparse = false } = given;
  const padding =
    paddingIdx === undefined || paddingIdx === null
      ? -1
      : paddingRow('embedding', paddingIdx, weight.shape[0] ?? 0);
  shorten(weight, input, given);
  return aten.embedding(weight, input, padding, scaleGradByFreq, sparse);
}

const bagNames = [...names, 'offsets', 'mode', 'perSampleWeights', 'includeLastOffset'];

/**
 * Sums, means or maxima of rows of a table: of each row of a matrix of indices, or of the bags that
 * `offsets` mark.
 *
 * @throws TypeError `ERR_MISSING_ARGUMENT` for indices in one dimension without offsets.
 * @example
 * ```ts
 * import { nn, tensor } from 'libtorch-node';
 *
 * const table = tensor([[1, 2], [3, 4]]);
 * const sums = nn.functional.embeddingBag(tensor([[0n, 1n]]), table, { mode: 'sum' });
 * console.log(sums.toArray()); // [[4, 6]]
 * ```
 */
export function embeddingBag(input: Tensor, weight: Tensor, options?: EmbeddingBagOptions): Tensor {
  const where = 'embeddingBag';
  const given = checkOptions(where, options, bagNames) ?? {};
  const { scaleGradByFreq = false, sparse = false, paddingIdx = null } = given;
  const modes = ['sum', 'mean', 'max'] as const;
  const mode = modes.indexOf(checkOneOf(where, 'mode', given.mode ?? 'mean', modes));
  let { offsets = null, perSampleWeights = null, includeLastOffset = false } = given;
  if (perSampleWeights !== null && mode !== 0) {
    throw makeError('ERR_INVALID_ARG_VALUE', `${where}: perSampleWeights are for mode 'sum' only`);
  }
  let indices = input;
  if (input.dim() === 2) {
    if (offsets !== null) {
      throw makeError('ERR_INVALID_ARG_VALUE', `${where}: offsets are for one dimension only`);
    }
    const { dtype, device, shape, numel } = input;
    offsets = aten.arange(0, numel, shape[1], { dtype, device });
    includeLastOffset = false;
    indices = input.reshape(-1);
    perSampleWeights = perSampleWeights?.reshape(-1) ?? null;
  } else if (offsets === null) {
    throw makeError('ERR_MISSING_ARGUMENT', `${where}: expected offsets for one dimension`);
  }
  shorten(weight, indices, given);
  const [bags, ...rest] = aten.embeddingBag(
    weight,
    indices,
    offsets,
    scaleGradByFreq,
    mode,
    sparse,
    perSampleWeights,
    includeLastOffset,
    paddingIdx,
  );
  for (const tensor of rest) tensor.dispose();
  return bags!;
}
