import { native } from '../native/addon.js';
import { withShortCalls } from './short-call.js';
import type { Bound } from './types.js';

/** The operators that were called, by the places that the generator gave them. @internal */
export const table: (Bound | undefined)[] = [];

/** @internal */
export function bind(name: string): Bound {
  const { unary, binary } = native.ops.bindShort(name);
  return withShortCalls(native.ops.bind(name), unary, binary);
}

/** Sizes given one by one become the list that the operator takes. @internal */
export function packed(args: readonly unknown[]): readonly unknown[] {
  if (typeof args[0] !== 'number') return args;
  let count = 1;
  while (typeof args[count] === 'number') count++;
  return [args.slice(0, count), ...args.slice(count)];
}

/** The arguments of a method whose tensor does not come first. @internal */
export function withSelf(self: unknown, place: number, args: readonly unknown[]): unknown[] {
  return [...args.slice(0, place), self, ...args.slice(place)];
}
