import { flag } from '../autograd/tensor-list.js';
import { native } from '../native/addon.js';
import { setsToNone, type ZeroGradOptions } from '../optim/zero-grad.js';
import type { Tensor } from '../tensor/tensor.js';
import { ArchiveModule } from './archive-module.js';
import { settle } from './caller-stack.js';
import { showExtraFiles } from './extra-files.js';
import { openParts } from './module-parts.js';
import { resolveSaveLite, type SaveLiteOptions } from './save-lite-options.js';
import { resolveSave, resolveSaveOptions, type SaveOptions, toPath } from './save-options.js';
import { checkSharedModule, type SharedModule } from './shared-module.js';
import { guardFromData } from './signature-guard.js';
import {
  type IncompatibleKeys,
  type LoadStateDictOptions,
  planStateDict,
  readStateDict,
  type StateDictInput,
} from './state-dict.js';
import { type ModuleToTarget, resolveMove } from './to-options.js';
import type { ModuleInput, ModuleValue } from './value.js';

/**
 * A TorchScript module: what every module can do, and its parameters, attributes, mutation, saving.
 * Mutators wait for runs in flight; their synchronous twins throw ERR_MODULE_BUSY instead.
 *
 * @example
 * ```ts
 * import { loadModule } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * console.log([...model.stateDict().keys()]); // [fc1.weight, fc1.bias, fc2.weight, fc2.bias]
 * await model.to('float64');
 * await model.save('mlp-float64.pt', { extraFiles: { 'labels.txt': 'a, b, c, d' } });
 * ```
 */
export class ScriptModule<
  Args extends unknown[] = ModuleInput[],
  Output = Tensor,
> extends ArchiveModule<Args, Output> {
  static {
    openParts((value) => (value instanceof ScriptModule ? value.parts : null));
  }

  readonly format = 'torchscript';

  get typeName(): string {
    return native.module.typeName(this.handle);
  }

  /**
   * The parameters themselves, by qualified name: writing to one changes the module, and gradients
   * gather in their `grad`. Their sizes cannot be changed. A module that was shared from elsewhere
   * gives aliases, in which no gradients gather.
   */
  namedParameters(): Map<string, Tensor> {
    return new Map(native.module.namedParameters(this.handle));
  }

  /** The parameters themselves, each once: what an optimizer takes. */
  parameters(): Tensor[] {
    return native.module.parameters(this.handle);
  }

  /**
   * Whether the parameters are to learn; false freezes them all, as does `requiresGrad_(false)` on
   * one of them.
   */
  requiresGrad_(requiresGrad = true): this {
    native.module.requireGrad(this.handle, flag('requiresGrad_', 'requiresGrad', requiresGrad));
    return this;
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(options?: ZeroGradOptions): void {
    native.module.zeroGrad(this.handle, setsToNone('zeroGrad', options));
  }

  /** The buffers themselves, by qualified name. */
  namedBuffers(): Map<string, Tensor> {
    return new Map(native.module.namedBuffers(this.handle));
  }

  /** Qualified names of this module ('') and all inside it, with their type names. */
  namedModules(): Map<string, string> {
    return new Map(native.module.namedModules(this.handle));
  }

  /** Parameters and buffers by qualified name, in PyTorch's order; the tensors are the module's own. */
  stateDict(): Map<string, Tensor> {
    return readStateDict(this.handle);
  }

  /**
   * Copies values into parameters and buffers. Throws ERR_STATE_DICT, listing all that does not fit:
   * shapes always, missing and unexpected names unless `strict` is false.
   *
   * @example
   * ```ts
   * import { loadModule, zeros } from 'libtorch-node';
   *
   * using model = await loadModule('mlp.pt');
   * using other = await model.clone();
   * await model.loadStateDict(other.stateDict());
   * const bias = { 'fc2.bias': zeros([4]) };
   * const { missingKeys } = await model.loadStateDict(bias, { strict: false });
   * console.log(missingKeys); // [fc1.weight, fc1.bias, fc2.weight]
   * ```
   */
  async loadStateDict(
    state: StateDictInput,
    options?: LoadStateDictOptions,
  ): Promise<IncompatibleKeys> {
    const { entries, keys } = planStateDict(this.handle, state, this.typeName, options);
    await settle(native.module.loadStateDict(this.handle, entries));
    return keys;
  }

  /** `loadStateDict` on this thread; throws ERR_MODULE_BUSY during runs. */
  loadStateDictSync(state: StateDictInput, options?: LoadStateDictOptions): IncompatibleKeys {
    const { entries, keys } = planStateDict(this.handle, state, this.typeName, options);
    native.module.loadStateDictSync(this.handle, entries);
    return keys;
  }

  /** Reads an attribute by qualified name; throws ERR_NO_ATTRIBUTE with the names there are. */
  attribute<T = ModuleValue>(name: string): T {
    return native.module.attribute(this.handle, name) as T;
  }

  /** Sets an attribute, converted by its declared type; throws ERR_MODULE_BUSY during runs. */
  setAttribute(name: string, value: ModuleInput): void {
    native.module.setAttribute(this.handle, name, value);
  }

  /** The TorchScript graph of a method as text, as Python's `.graph` (or `.inlined_graph`) prints. */
  graph(method = 'forward', options: { readonly inlined?: boolean | undefined } = {}): string {
    return native.module.graph(this.handle, method, options.inlined ?? false);
  }

  /** The TorchScript source of a method, as Python's `.code` prints. */
  code(method = 'forward'): string {
    return native.module.code(this.handle, method);
  }

  /** True in training mode. */
  get training(): boolean {
    return native.module.training(this.handle);
  }

  /**
   * Training mode, for all modules inside too: runs record gradients, dropout drops, batch norm
   * learns. Throws ERR_MODULE_BUSY during runs, ERR_NOT_TRAINABLE for frozen modules and for traced
   * ones whose graph has dropout or batch norm switched off for good.
   */
  train(mode = true): this {
    native.module.train(this.handle, mode);
    return this;
  }

  /** Evaluation mode, for all modules inside too; throws ERR_MODULE_BUSY during runs. */
  eval(): this {
    return this.train(false);
  }

  /**
   * Moves the weights to a device, and floating-point ones to a dtype.
   *
   * @example
   * ```ts
   * import { cuda, loadModule } from 'libtorch-node';
   *
   * using model = await loadModule('mlp.pt');
   * await model.to(cuda.isAvailable() ? 'cuda:0' : 'cpu');
   * await model.to({ dtype: 'bfloat16' });
   * console.log(model.namedParameters().get('fc1.bias')?.dtype); // bfloat16
   * ```
   */
  async to(target: ModuleToTarget): Promise<this> {
    await settle(native.module.to(this.handle, ...resolveMove(target)));
    return this;
  }

  /** `to` on this thread; throws ERR_MODULE_BUSY during runs. */
  toSync(target: ModuleToTarget): this {
    native.module.toSync(this.handle, ...resolveMove(target));
    return this;
  }

  /** A module with weights and attributes of its own, and the same signature. */
  async clone(): Promise<ScriptModule<Args, Output>> {
    const parts = this.parts;
    const handle = await settle(native.module.clone(parts.handle));
    return new ScriptModule({ ...parts, handle });
  }

  /** `clone` on this thread. */
  cloneSync(): ScriptModule<Args, Output> {
    const parts = this.parts;
    return new ScriptModule({ ...parts, handle: native.module.cloneSync(parts.handle) });
  }

  /** Writes a TorchScript archive that Python's `torch.jit.load` reads; extra files only as given. */
  async save(path: string | URL, options?: SaveOptions): Promise<void> {
    await settle(native.module.save(this.handle, ...resolveSave(path, options)));
  }

  /** `save` on this thread. */
  saveSync(path: string | URL, options?: SaveOptions): void {
    native.module.saveSync(this.handle, ...resolveSave(path, options));
  }

  /** The bytes that `save` would write. */
  async toBytes(options?: SaveOptions): Promise<Uint8Array> {
    return settle(native.module.toBytes(this.handle, resolveSaveOptions('toBytes', options)));
  }

  /** `toBytes` on this thread. */
  toBytesSync(options?: SaveOptions): Uint8Array {
    return native.module.toBytesSync(this.handle, resolveSaveOptions('toBytes', options));
  }

  /**
   * Writes a module for the lite interpreter, as phones run it: bytecode beside the code. Extra files
   * only as given, example inputs where asked for.
   *
   * @example
   * ```ts
   * import { loadModule, randn } from 'libtorch-node';
   *
   * using model = await loadModule('mlp.pt');
   * await model.saveLite('mlp-mobile.ptl', { bundledInputs: [[randn([1, 16])]] });
   * using lite = await loadModule('mlp-mobile.ptl');
   * console.log(lite.format, (await lite.bundledInputs()).length); // lite 1
   * ```
   */
  async saveLite(path: string | URL, options?: SaveLiteOptions): Promise<void> {
    const resolved = resolveSaveLite('saveLite', options);
    await settle(native.lite.save(this.handle, toPath(path, 'saveLite'), resolved));
  }

  /** `saveLite` on this thread; throws ERR_MODULE_BUSY where inputs are bundled during runs. */
  saveLiteSync(path: string | URL, options?: SaveLiteOptions): void {
    const resolved = resolveSaveLite('saveLiteSync', options);
    native.lite.saveSync(this.handle, toPath(path, 'saveLiteSync'), resolved);
  }

  /** The bytes that `saveLite` would write. */
  async toLiteBytes(options?: SaveLiteOptions): Promise<Uint8Array> {
    return settle(native.lite.toBytes(this.handle, resolveSaveLite('toLiteBytes', options)));
  }

  /** `toLiteBytes` on this thread. */
  toLiteBytesSync(options?: SaveLiteOptions): Uint8Array {
    return native.lite.toBytesSync(this.handle, resolveSaveLite('toLiteBytesSync', options));
  }

  /** The module behind a handle that `share` gave, here or in another worker: the same weights. */
  static fromShared<A extends unknown[] = ModuleInput[], O = Tensor>(
    shared: SharedModule,
  ): ScriptModule<A, O> {
    const { token, signature, extraFiles } = checkSharedModule(shared, 'torchscript');
    const { handle } = native.module.claim(token);
    const guard = signature && guardFromData(handle, signature);
    return new ScriptModule({ handle, guard, extraFiles: showExtraFiles(extraFiles) });
  }
}
