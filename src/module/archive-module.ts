import { bundledMethod, toArguments } from '../mobile/bundled-inputs.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ExtraFiles } from './extra-files.js';
import { Module } from './module.js';
import type { ModuleInput, ModuleValue } from './value.js';

/**
 * What modules of PyTorch's archives have, TorchScript's and the lite interpreter's alike: files and
 * example inputs that travel with them.
 *
 * @example
 * ```ts
 * import { loadModule } from 'libtorch-node';
 *
 * using model = await loadModule('bundled.ptl');
 * for (const args of await model.bundledInputs()) {
 *   console.log(await model.run('forward', args));
 * }
 * ```
 */
export abstract class ArchiveModule<
  Args extends unknown[] = ModuleInput[],
  Output = Tensor,
> extends Module<Args, Output> {
  /** Qualified name of its class, e.g. '__torch__.Net'. */
  abstract get typeName(): string;

  /** Files that were read from the archive, as Buffers: `toString()` gives their text. */
  get extraFiles(): ExtraFiles {
    return this.parts.extraFiles;
  }

  /**
   * The example arguments that `torch.utils.bundled_inputs`, or `saveLite`, stored for a method: an
   * array for each call, to be spread into it. Empty where the file has none.
   */
  async bundledInputs(method = 'forward'): Promise<ModuleValue[][]> {
    const name = bundledMethod(this.methods, method);
    return name === null ? [] : toArguments(await this.run<unknown>(name));
  }

  /** `bundledInputs` on this thread. */
  bundledInputsSync(method = 'forward'): ModuleValue[][] {
    const name = bundledMethod(this.methods, method);
    return name === null ? [] : toArguments(this.runSync<unknown>(name));
  }
}
