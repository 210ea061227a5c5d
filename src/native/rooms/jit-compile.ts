/** `cpp/binding/jit_compile.cc`. */
import type { Tensor } from '../../tensor/tensor.js';
import type { NativeModule, NativeValue } from './values.js';

/** What a compiled module holds; each list in the order of its slots. */
export interface CompileMembers {
  /** Null: None in the place of an optional one. */
  readonly parameters: readonly (readonly [string, Tensor | null])[];
  readonly buffers: readonly (readonly [string, Tensor | null])[];
  /** With a declared type, or null: the value tells. */
  readonly attributes: readonly (readonly [string, NativeValue, string | null])[];
  readonly constants: readonly (readonly [string, NativeValue])[];
  readonly submodules: readonly (readonly [string, NativeModule | readonly NativeModule[]])[];
}

export interface JitCompileRoom {
  /** Throws ERR_COMPILE with the place. `name` becomes the class '__torch__.name'. */
  compile(source: string, name: string, members: CompileMembers): NativeModule;
}
