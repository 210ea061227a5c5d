import { makeError } from '../../../make-error.js';
import { operator } from '../../../tensor/operators.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';

/** Options of `multiHeadAttentionForward`. */
export interface MultiHeadAttentionOptions extends Keywords {
  /** Whether dropout happens, default true. */
  training?: boolean | undefined;
  /** Keys that do not count: [batch, keys] of true or of what is added to the scores. */
  keyPaddingMask?: Tensor | null | undefined;
  /** Also the weights of the attention, default true. */
  needWeights?: boolean | undefined;
  /** Pairs that do not count: [queries, keys] or [batch * heads, queries, keys]. */
  attnMask?: Tensor | null | undefined;
  useSeparateProjWeight?: boolean | undefined;
  qProjWeight?: Tensor | null | undefined;
  kProjWeight?: Tensor | null | undefined;
  vProjWeight?: Tensor | null | undefined;
  staticK?: Tensor | null | undefined;
  staticV?: Tensor | null | undefined;
  /** Whether weights are averaged over the heads, default true. */
  averageAttnWeights?: boolean | undefined;
  /** Says that `attnMask` is the causal one. */
  isCausal?: boolean | undefined;
}

const names = [
  'training',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
  'staticK',
  'staticV',
  'averageAttnWeights',
  'isCausal',
];

const aten = {
  linear: operator('aten::linear'),
  cat: operator('aten::cat'),
  pad: operator('aten::constant_pad_nd'),
  zeros: operator('aten::zeros'),
  zerosLike: operator('aten::zeros_like'),
  dropout: operator('aten::dropout'),
  sdpa: operator('aten::scaled_dot_product_attention'),
  chunk: operator<Tensor[]>('aten::chunk'),
};

function check(condition: boolean, message: () => string): void {
  if (!condition) {
    throw makeError('ERR_SHAPE_MISMATCH', `multiHeadAttentionForward: ${message()}`);
  }
}

/** True in a mask means minus infinity. */
function additive(mask: Tensor | null | undefined, like: Tensor): Tensor | null {
  if (!mask) return null;
  if (mask.dtype !== 'bool') return mask;
  return aten.zerosLike(mask, { dtype: like.dtype }).maskedFill_(mask, Number.NEGATIVE_INFINITY);
}

function chunks(tensor: Tensor | null): readonly (Tensor | null)[] {
  return tensor === null ? [null, null, null] : aten.chunk(tensor, 3);
}

function projections(
  inputs: readonly Tensor[],
  weight: Tensor | null,
  bias: Tensor | null,
  options: MultiHeadAttentionOptions,
): Tensor[] {
  const { qProjWeight, kProjWeight, vProjWeight, useSeparateProjWeight } = options;
  const weights = useSeparateProjWeight ? [qProjWeight, kProjWeight, vProjWeight] : chunks(weight);
  const biases = chunks(bias);
  return inputs.map((input, i) => {
    const own = weights[i];
    check(!!own, () => 'expected weights of the projections');
    return aten.linear(input, own, biases[i]);
  });
}

/** The parts that come after the projections: queries by head, then keys and values. */
interface Heads {
  readonly q: Tensor;
  readonly k: Tensor;
  readonly v: Tensor;
  readonly mask: Tensor | null;
}

/** One row of keys, values and masks more. */
function extended(heads: Heads, extra: readonly [Tensor, Tensor], dim: number): Heads {
  return {
    q: heads.q,
    k: aten.cat([heads.k, extra[0]], dim),
    v: aten.cat([heads.v, extra[1]], dim),
    mask: heads.mask && aten.pad(heads.mask, [0, 1]),
  };
}

/**
 * What PyTorch's `nn.MultiheadAttention` computes: projects queries, keys and values of
 * [length, batch, features], attends by head, and projects the result. Gives it with the weights of
 * the attention, or null without `needWeights`.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` for shapes that do not fit each other.
 * @example
 * ```ts
 * import { eye, nn, rand } from 'libtorch-node';
 *
 * const x = rand([5, 1, 4]);
 * const [output, weights] = nn.functional.multiHeadAttentionForward(
 *   x, x, x, 4, 2, rand([12, 4]), null, null, null, false, 0, eye(4), null,
 * );
 * console.log(output.shape, weights?.shape); // [5, 1, 4] [1, 5, 5]
 * ```
 */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  embedDimToCheck: number,
  numHeads: number,
  inProjWeight: Tensor | null,
  inProjBias: Tensor | null,
  biasK: Tensor | null,
  biasV: Tensor | null,
  addZeroAttn: boolean,
  dropoutP: number,
  outProjWeight: Tensor,
  outProjBias: Tensor | null,
  options?: MultiHeadAttentionOptions,
): [output: Tensor, weights: Tensor | null] {
  const given = checkOptions('multiHeadAttentionForward', options, names) ?? {};
  const { training = true, needWeights = true, averageAttnWeights = true } = given;
  return tidy(() => {
    const batched = query.dim() === 3;
    const inputs = batched ? [query, key, value] : [query, key, value].map((t) => t.unsqueeze(1));
    const [targets, batch, features] = inputs[0]!.shape as [number, number, number];
    const size = Math.floor(features / numHeads);
    const rows = batch * numHeads;
    check(
      features === embedDimToCheck,
      () => `expected ${embedDimToCheck} features, got ${features}`,
    );
    check(size * numHeads === features, () => `${features} features are not for ${numHeads} heads`);

    let padding = additive(given.keyPaddingMask, query);
    if (padding !== null && !batched) padding = padding.unsqueeze(0);
    // Without weights and padding the kernel makes the causal mask itself.
    const causal = !!given.isCausal && padding === null && !needWeights;
    let mask = causal ? null : additive(given.attnMask, query);
    if (mask?.dim() === 2) mask = mask.unsqueeze(0);

    const [q, k, v] = projections(inputs, inProjWeight, inProjBias, given) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    let heads: Heads = { q, k, v, mask };
    const widen = (extra: readonly [Tensor, Tensor], dim: number): void => {
      heads = extended(heads, extra, dim);
      padding = padding && aten.pad(padding, [0, 1]);
    };
    check((biasK === null) === (biasV === null), () => 'expected biasK and biasV, or neither');
    if (biasK !== null && biasV !== null) {
      widen([biasK.repeat(1, batch, 1), biasV.repeat(1, batch, 1)], 0);
    }
    const byHead = (t: Tensor): Tensor => t.view(t.shape[0]!, rows, size).transpose(0, 1);
    heads = {
      q: byHead(heads.q),
      k: given.staticK ?? byHead(heads.k),
      v: given.staticV ?? byHead(heads.v),
      mask: heads.mask,
    };
    if (addZeroAttn) {
      const zero = aten.zeros([rows, 1, size], { dtype: q.dtype, device: q.device });
      widen([zero, zero], 1);
    }
    const sources = heads.k.shape[1]!;
    if (padding !== null) {
      const ofHeads = (padding as Tensor)
        .view(batch, 1, 1, sources)
        .expand(-1, numHeads, -1, -1)
        .reshape(rows, 1, sources);
      heads = { ...heads, mask: heads.mask === null ? ofHeads : heads.mask.add(ofHeads) };
    }

    const p = training ? dropoutP : 0;
    const project = (t: Tensor): Tensor => {
      const output = aten.linear(t, outProjWeight, outProjBias).view(targets, batch, -1);
      return batched ? output : output.squeeze(1);
    };
    if (!needWeights) {
      const split = (t: Tensor): Tensor => t.view(batch, numHeads, -1, size);
      const { mask: all } = heads;
      const shaped =
        all === null
          ? null
          : all.shape[0] === 1
            ? all.unsqueeze(0)
            : all.view(batch, numHeads, -1, sources);
      const attended = aten.sdpa(split(heads.q), split(heads.k), split(heads.v), shaped, p, causal);
      return [project(attended.permute(2, 0, 1, 3).reshape(batch * targets, features)), null];
    }
    const scaled = heads.q.mul(Math.sqrt(1 / size));
    const scores =
      heads.mask === null
        ? scaled.bmm(heads.k.transpose(-2, -1))
        : heads.mask.baddbmm(scaled, heads.k.transpose(-2, -1));
    let weights = scores.softmax(-1);
    if (p > 0) weights = aten.dropout(weights, p, true);
    const attended = weights
      .bmm(heads.v)
      .transpose(0, 1)
      .reshape(targets * batch, features);
    let shown = weights.view(batch, numHeads, targets, sources);
    if (averageAttnWeights) shown = shown.mean(1);
    return [project(attended), batched ? shown : shown.squeeze(0)];
  });
}
