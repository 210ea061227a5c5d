import { makeError } from '../../../make-error.js';
import type { Tensor } from '../../../tensor/tensor.js';
import type { Keywords } from '../../types.js';
import { checkOneOf } from './options.js';

/** What becomes of the losses of the elements. */
export type Reduction = 'mean' | 'sum' | 'none';

/** Options of the losses. */
export interface LossOptions extends Keywords {
  /** Default 'mean'. */
  reduction?: Reduction | undefined;
}

/** Options of losses that weigh elements or classes. */
export interface WeightedLossOptions extends LossOptions {
  weight?: Tensor | null | undefined;
}

const reductions = ['none', 'mean', 'sum'] as const;

/** LibTorch's number of a reduction. @internal */
export function reductionOf(where: string, options: LossOptions | undefined): number {
  return reductions.indexOf(
    checkOneOf(where, 'reduction', options?.reduction ?? 'mean', reductions),
  );
}

/** Reduces the losses of the elements. @internal */
export function reduced(losses: Tensor, reduction: number): Tensor {
  if (reduction === 0) return losses;
  return reduction === 1 ? losses.mean() : losses.sum();
}

/** @internal */
export function checkSameShape(where: string, name: string, a: Tensor, b: Tensor): void {
  if (String(a.shape) === String(b.shape)) return;
  throw makeError(
    'ERR_SHAPE_MISMATCH',
    `${where}: expected ${name} of the input's shape [${a.shape}], got [${b.shape}]`,
  );
}
