import { resolve } from 'node:path';
import type { ModuleSource as NativeSource } from '../native/types.js';

/** Where a module was loaded from: a file, or so many bytes. @internal */
export type ModuleOrigin = { readonly path: string } | { readonly size: number };

const origins = new WeakMap<object, ModuleOrigin>();

/** Notes where a module came from; the working folder may change later. @internal */
export function noteOrigin<T extends object>(module: T, source: NativeSource): T {
  const origin = 'path' in source ? { path: resolve(source.path) } : { size: source.byteLength };
  origins.set(module, origin);
  return module;
}

/** Where a module came from; null for one that was made, cloned or shared. @internal */
export function originOf(module: object): ModuleOrigin | null {
  return origins.get(module) ?? null;
}
