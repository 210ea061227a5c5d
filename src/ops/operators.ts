import { bind } from './bind.js';
import type { CustomOperators } from './custom-operators.js';
import type { OperatorNamespaces } from './generated/operators.js';
import type { Bound } from './types.js';

/** An operator of any namespace: a function, with its overloads as members. */
export type Operator = Bound & { readonly [overload: string]: Bound };

/** The operators of one namespace by name. */
export interface OperatorNamespace {
  readonly [name: string]: Operator;
}

/** What asking an object for it means nothing, because everybody asks. */
const ordinary = new Set<PropertyKey>(['then', 'toJSON', 'constructor', '$$typeof', 'prototype']);

/**
 * A prototype that makes members when they are asked for the first time; then they are the object's
 * own, and as fast as any other.
 */
function lazy(base: object, make: (name: string) => unknown): object {
  return new Proxy(base, {
    get(target, name, receiver) {
      if (typeof name === 'symbol' || ordinary.has(name) || name in target) {
        return Reflect.get(target, name, receiver);
      }
      const value = make(name);
      Object.defineProperty(receiver, name, { value, enumerable: true });
      return value;
    },
  });
}

function operator(name: string): object {
  // Overloads are found through the prototype: the bound function itself is what gets called.
  const bound = bind(name);
  const overloads = lazy(Object.create(Function.prototype), (overload) =>
    bind(`${name}.${overload}`),
  );
  return Object.setPrototypeOf(bound, overloads);
}

function namespace(name: string): object {
  return Object.create(lazy({}, (member) => operator(`${name}::${member}`)));
}

/**
 * Every operator of LibTorch by its registered name: `ops.<namespace>.<name>`, where the arguments
 * choose the overload as in PyTorch, or `ops.<namespace>.<name>.<overload>`. Arguments are positional,
 * then an object of keyword arguments. Operators that a library registers later are there too.
 *
 * @throws TorchError `ERR_UNKNOWN_OPERATOR` for an unknown name, with the nearest ones; TypeError
 * `ERR_NO_OVERLOAD` when no overload takes the arguments.
 * @example
 * ```ts
 * import { ops, tensor } from 'libtorch-node';
 *
 * const x = tensor([1, 2]);
 * console.log(ops.aten.add(x, 1).toArray()); // [2, 3]
 * console.log(ops.aten.add.Tensor(x, x, { alpha: 10 }).toArray()); // [11, 22]
 * ```
 */
export const ops: OperatorNamespaces &
  CustomOperators & { readonly [namespace: string]: OperatorNamespace } = Object.create(
  lazy({}, namespace),
);
