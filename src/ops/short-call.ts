import type { ShortCall } from '../native/types.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Bound } from './types.js';

let handleOf: (value: unknown) => number = () => 0;
let attach: (call: ShortCall, a: number, b: number) => Tensor | number = () => 0;

/**
 * Tells the operators how to read the handle of a tensor, 0 for anything else, and how to make a
 * tensor of the result of a short call, without a circular import. @internal
 */
export function setTensorHandles(of: typeof handleOf, make: typeof attach): void {
  handleOf = of;
  attach = make;
}

/** Takes the short way where all arguments are tensors, the long one otherwise. @internal */
export function withShortCalls(long: Bound, unary?: ShortCall, binary?: ShortCall): Bound {
  if (unary === undefined && binary === undefined) return long;
  const bound: Bound = (...args) => {
    const call = args.length === 2 ? binary : args.length === 1 ? unary : undefined;
    if (call === undefined) return long(...args);
    const a = handleOf(args[0]);
    if (a === 0) return long(...args);
    const b = args.length === 2 ? handleOf(args[1]) : 0;
    if (b === 0 && args.length === 2) return long(...args);
    const made = attach(call, a, b);
    if (typeof made === 'object') return made;
    return made === 0 ? long(...args) : args[-1 - made];
  };
  return Object.defineProperty(bound, 'name', { value: long.name });
}
