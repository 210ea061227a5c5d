import { native } from '../native/addon.js';
import type { Tensor } from '../tensor/tensor.js';
import { ArchiveModule } from './archive-module.js';
import { showExtraFiles } from './extra-files.js';
import { refuseOnLite } from './lite-refusals.js';
import { checkSharedModule, type SharedModule } from './shared-module.js';
import { guardFromData } from './signature-guard.js';
import type { ModuleInput, ModuleValue } from './value.js';

/** An attribute of a lite module; the file names it, and its value tells the type. */
export interface LiteAttribute {
  readonly name: string;
  /** TorchScript's type of the value it has now. */
  readonly type: string;
}

/**
 * A module of the lite interpreter, as phones run it (`.ptl`): bytecode and what it needs. It runs as
 * every module does, and what it holds can be read. What the format has no means for throws
 * ERR_UNSUPPORTED_FORMAT: keyword arguments, changes of weights and attributes, `to` (give `device`
 * when loading), training, saving.
 *
 * @example
 * ```ts
 * import { loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.ptl', { format: 'lite' });
 * console.log(model.format, model.bytecodeVersion); // lite 8
 * const y = await model.forward(randn([1, 16]));
 * console.log([...model.namedParameters().keys()]); // [fc1.weight, fc1.bias, fc2.weight, fc2.bias]
 * ```
 */
export class LiteModule<
  Args extends unknown[] = ModuleInput[],
  Output = Tensor,
> extends ArchiveModule<Args, Output> {
  static {
    refuseOnLite(LiteModule.prototype);
  }

  readonly format = 'lite';

  get typeName(): string {
    return native.lite.about(this.handle).typeName;
  }

  /** Of its instructions: 4 to 9. */
  get bytecodeVersion(): number {
    return native.lite.about(this.handle).bytecodeVersion;
  }

  /** The newest version of operators that its code needs. */
  get operatorVersion(): number {
    return native.lite.about(this.handle).operatorVersion;
  }

  /** What the file says about itself in `metadata.pkl`; mostly empty. */
  get metadata(): Readonly<Record<string, string>> {
    return native.lite.about(this.handle).metadata;
  }

  /** Parameters and buffers, which the format does not tell apart, by qualified name. */
  namedParameters(): Map<string, Tensor> {
    return new Map(native.lite.namedParameters(this.handle));
  }

  /** The same as `namedParameters`; nothing can be loaded back. */
  stateDict(): Map<string, Tensor> {
    return this.namedParameters();
  }

  /** What the submodule at `path` (the module itself: '') holds beside modules. */
  attributes(path = ''): LiteAttribute[] {
    return native.lite.attributes(this.handle, path);
  }

  /**
   * Reads an attribute by qualified name; throws ERR_NO_ATTRIBUTE, naming those there are: optimized
   * files are stripped of what no method reads.
   */
  attribute<T = ModuleValue>(name: string): T {
    return native.lite.attribute(this.handle, name) as T;
  }

  /** The module behind a handle that `share` gave, here or in another worker: the same weights. */
  static fromShared<A extends unknown[] = ModuleInput[], O = Tensor>(
    shared: SharedModule,
  ): LiteModule<A, O> {
    const { token, signature, extraFiles } = checkSharedModule(shared, 'lite');
    const { handle } = native.module.claim(token);
    const guard = signature && guardFromData(handle, signature);
    return new LiteModule({ handle, guard, extraFiles: showExtraFiles(extraFiles) });
  }
}
