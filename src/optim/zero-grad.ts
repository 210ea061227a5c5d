import { flag } from '../autograd/tensor-list.js';
import { checkOptions } from '../tensor/options.js';

/** How `zeroGrad` forgets gradients. */
export interface ZeroGradOptions {
  /** Sets them to null, the default, instead of filling them with zeros. */
  readonly setToNone?: boolean | undefined;
}

/** @internal */
export function setsToNone(where: string, options: ZeroGradOptions | undefined): boolean {
  const given = checkOptions(where, options, ['setToNone'])?.setToNone;
  return given === undefined || flag(where, 'setToNone', given);
}
