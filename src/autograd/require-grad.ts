import { native } from '../native/addon.js';
import type { Tensor } from '../tensor/tensor.js';
import { flag } from './tensor-list.js';

/** A new tensor, on which autograd records if the options ask for it. @internal */
export function withGrad<T extends Tensor>(
  where: string,
  made: T,
  options: { readonly requiresGrad?: boolean | undefined } | undefined,
): T {
  if (options?.requiresGrad === undefined) return made;
  try {
    if (flag(where, 'requiresGrad', options.requiresGrad)) {
      native.autograd.setRequiresGrad(made, true);
    }
    return made;
  } catch (error) {
    made.dispose();
    throw error;
  }
}
