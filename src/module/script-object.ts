import { native } from '../native/addon.js';
import type { NativeScriptObject } from '../native/types.js';
import { describeMethods, type Method } from './method.js';
import type { ModuleInput, ModuleValue } from './value.js';

/**
 * An object that lives in TorchScript: an instance of a custom class, which crosses as a handle.
 *
 * @example
 * ```ts
 * import { loadModule, type ScriptObject } from 'libtorch-node';
 *
 * using model = await loadModule('objects.pt');
 * const counter = await model.run<ScriptObject>('make_counter', [40]);
 * console.log(counter.run('add', [2])); // 42
 * console.log(counter.attribute('value')); // 42
 * ```
 */
export class ScriptObject {
  // The addon marks the public object too, and knows it again as an argument.
  readonly #handle: NativeScriptObject;
  /** Qualified name of its class, e.g. '__torch__.Counter'. */
  readonly typeName: string;

  /** @internal */
  constructor(handle: NativeScriptObject, typeName: string) {
    this.#handle = handle;
    this.typeName = typeName;
  }

  /** The methods of its class. */
  get methods(): readonly Method[] {
    return describeMethods(native.scriptObject.methods(this.#handle));
  }

  /** Runs a method on this thread; wrong arguments throw as they do for a module. */
  run<T = ModuleValue>(
    method: string,
    args: readonly ModuleInput[] = [],
    kwargs: Readonly<Record<string, ModuleInput>> | null = null,
  ): T {
    return native.scriptObject.run(this.#handle, method, args, kwargs) as T;
  }

  /** Reads an attribute; throws ERR_NO_ATTRIBUTE with the names there are. */
  attribute<T = ModuleValue>(name: string): T {
    return native.scriptObject.attribute(this.#handle, name) as T;
  }
}

/** Makes the public handle of a native script object. */
export function wrapScriptObject(handle: NativeScriptObject, typeName: string): ScriptObject {
  return new ScriptObject(handle, typeName);
}
