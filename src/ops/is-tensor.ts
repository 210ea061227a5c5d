import type { Tensor } from '../tensor/tensor.js';
import { RegisteredOperators } from './generated/registered-operators.js';

/** Without naming the class, which is made of what imports this. @internal */
export function isTensor(value: unknown): value is Tensor {
  return value instanceof RegisteredOperators;
}
