import type { Tensor, Torch } from '../torch.js';

/** A class and how likely it is. */
export interface Ranked {
  readonly index: number;
  readonly label: string | null;
  readonly probability: number;
  /** What the model gave. */
  readonly score: number;
}

/** The likeliest classes of one row. */
export interface TopK {
  readonly row: number;
  /** Whether the model gave probabilities, or scores that softmax made such. */
  readonly by: 'probabilities' | 'softmax';
  readonly classes: number;
  readonly top: readonly Ranked[];
}

const MOST_ROWS = 8;

/** The first [N, C] tensor of floats in a result: what a classifier gives. */
export function isScores(tensor: Tensor): boolean {
  const { shape, dtype } = tensor;
  return shape.length === 2 && shape[0]! > 0 && shape[1]! > 1 && /^b?float/.test(dtype);
}

/** The k likeliest classes of the first rows of scores. */
export function topK(
  torch: Torch,
  scores: Tensor,
  k: number,
  labels: readonly string[] | null,
): TopK[] {
  return torch.tidy(() => {
    const rows = scores.cpu().to('float64').slice(0, 0, MOST_ROWS) as Tensor;
    const sums = rows.sum(1) as Tensor;
    const arePositive = ((rows.min() as Tensor).item() as number) >= 0;
    const areOne = (sums.toArray() as number[]).every((sum) => Math.abs(sum - 1) < 1e-3);
    const by = arePositive && areOne ? 'probabilities' : 'softmax';
    const probabilities = (by === 'softmax' ? rows.softmax(1) : rows) as Tensor;
    const classes = scores.shape[1]!;
    const [values, indices] = probabilities.topk(Math.min(k, classes), 1) as unknown as [
      Tensor,
      Tensor,
    ];
    const given = rows.gather(1, indices) as Tensor;
    const lists = {
      values: values.toArray() as number[][],
      indices: indices.toArray() as number[][],
      given: given.toArray() as number[][],
    };
    return lists.values.map((row, at) => ({
      row: at,
      by,
      classes,
      top: row.map((probability, rank) => {
        const index = lists.indices[at]![rank]!;
        const score = lists.given[at]![rank]!;
        return { index, label: labels?.[index] ?? null, probability, score };
      }),
    }));
  });
}
