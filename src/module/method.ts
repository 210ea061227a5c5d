import type { NativeArgument, NativeMethod } from '../native/types.js';
import type { ModuleValue } from './value.js';

/** One argument of a method, without `self`. */
export interface MethodArgument {
  readonly name: string;
  /** TorchScript's type, e.g. 'Tensor', 'Optional[int]', 'Dict[str, Tensor]'. */
  readonly type: string;
  /** Absent when there is none, or none that JavaScript can show. */
  readonly default?: ModuleValue;
  readonly hasDefault: boolean;
  readonly kwOnly: boolean;
}

/** One method of a module or script object. */
export interface Method {
  readonly name: string;
  readonly args: readonly MethodArgument[];
  /** TorchScript's type of the result. */
  readonly returns: string;
  /** It or another method changes the module's own attributes, so runs queue one at a time. */
  readonly stateful: boolean;
}

function describeArgument(argument: NativeArgument): MethodArgument {
  const { name, type, kwOnly } = argument;
  const hasDefault = argument.hasDefault || argument.default !== undefined;
  const shown = { name, type, hasDefault, kwOnly };
  return argument.default === undefined
    ? shown
    : { ...shown, default: argument.default as ModuleValue };
}

/** The public description of native methods. */
export function describeMethods(methods: readonly NativeMethod[]): Method[] {
  return methods.map(({ name, args, returns, stateful }) => ({
    name,
    args: args.map(describeArgument),
    returns,
    stateful,
  }));
}
