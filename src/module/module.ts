import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import type { BoundMethod, NativeModule } from '../native/types.js';
import type { Tensor } from '../tensor/tensor.js';
import { withCallerStack } from './caller-stack.js';
import { Calls } from './calls.js';
import { describeMethods, type Method } from './method.js';
import type { ModuleFormat, ModuleParts } from './module-parts.js';
import { checkCall, type RunOptions, type RunSyncOptions } from './run-options.js';
import { type SharedModule, shareModule } from './shared-module.js';
import type { ModuleSignature } from './signature.js';
import { deriveSignature } from './signature-reader.js';
import type { ModuleInput } from './value.js';
import { type WarmupOptions, warmUp } from './warmup.js';

type Call = (...args: readonly unknown[]) => unknown;

// A shared module must live until it is disposed, also when nobody here holds it.
const sharing = new Set<object>();

/**
 * What every kind of module can do: run its methods, here or on the package's own threads.
 *
 * @example
 * ```ts
 * import { loadModule, randn } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt');
 * const y = await model.forward(randn([1, 16])); // off the event loop
 * const z = model.forwardSync(randn([1, 16])); // on it
 * ```
 */
export abstract class Module<Args extends unknown[] = ModuleInput[], Output = Tensor>
  implements Disposable
{
  abstract readonly format: ModuleFormat;
  #handle: NativeModule | null;
  #sync: Call = (...args) => this.#bindForward().sync(...args);
  #async: Call = (...args) => this.#bindForward().async(...args);
  #signature: ModuleSignature | null = null;
  #methods: readonly Method[] | null = null;
  #shared: SharedModule | null = null;
  #calls: Calls | null;
  readonly #parts: ModuleParts;

  /** @internal */
  constructor(parts: ModuleParts) {
    if (typeof parts?.handle !== 'object') {
      const name = new.target.name;
      throw makeError('ERR_ILLEGAL_CONSTRUCTOR', `${name}: not made with new: use loadModule()`);
    }
    this.#parts = parts;
    this.#handle = parts.handle;
    this.#calls = new Calls(parts.handle, parts.guard);
  }

  /** @internal The native module; throws ERR_DISPOSED when it is gone. */
  protected get handle(): NativeModule {
    if (this.#handle === null) throw this.#gone();
    return this.#handle;
  }

  /** @internal */
  protected get parts(): ModuleParts {
    return { ...this.#parts, handle: this.handle };
  }

  /** Every method with its arguments and types. */
  get methods(): readonly Method[] {
    const handle = this.handle;
    this.#methods ??= describeMethods(native.module.methods(handle));
    return this.#methods;
  }

  /**
   * What `forward` takes and gives, as plain data: from the signature given at load time, else from
   * the method's own schema; null without a `forward`.
   */
  get signature(): ModuleSignature | null {
    const forward = this.methods.find(({ name }) => name === 'forward');
    this.#signature ??=
      this.#parts.guard?.signature ?? (forward && deriveSignature(forward)) ?? null;
    return this.#signature;
  }

  /**
   * Runs `forward` on the package's own threads; settles when the output is ready on its device.
   * Throws SignatureError for what does not fit the signature, ScriptError for what the model raises.
   */
  async forward(...args: Args): Promise<Output> {
    const pending = this.#async(...args);
    try {
      return (await pending) as Output;
    } catch (error) {
      throw withCallerStack(error);
    }
  }

  /** Runs `forward` on this thread. */
  forwardSync(...args: Args): Output {
    return this.#sync(...args) as Output;
  }

  /**
   * Runs any method on the package's own threads.
   *
   * @example
   * ```ts
   * import { loadModule, rand } from 'libtorch-node';
   *
   * using model = await loadModule('digits-scripted.pt');
   * const p = await model.run('probabilities', [rand([1, 8, 8])], {
   *   kwargs: { temperature: 1.5 },
   *   signal: AbortSignal.timeout(10_000),
   * });
   * console.log(p.shape); // [1, 10]
   * ```
   */
  async run<T = Tensor>(
    method: string,
    args: readonly ModuleInput[] = [],
    options?: RunOptions,
  ): Promise<T> {
    const signal = options?.signal;
    if (signal?.aborted) throw signal.reason;
    checkCall(method, args, options);
    const calls = this.#open();
    const pending =
      options === undefined
        ? calls.method(method).async(...args)
        : calls.start(method, args, options);
    try {
      return (await pending) as T;
    } catch (error) {
      throw signal?.aborted && error === signal.reason ? error : withCallerStack(error);
    }
  }

  /** Runs any method on this thread. */
  runSync<T = Tensor>(
    method: string,
    args: readonly ModuleInput[] = [],
    options?: RunSyncOptions,
  ): T {
    checkCall(method, args, options);
    const calls = this.#open();
    const value =
      options === undefined
        ? calls.method(method).sync(...args)
        : calls.startSync(method, args, options);
    return value as T;
  }

  /** Runs `forward` a few times and disposes what it gives, so that the next call is a fast one. */
  async warmup(inputs: Args, options?: WarmupOptions): Promise<void> {
    await warmUp(() => this.forward(...inputs), options);
  }

  /**
   * A handle that another worker of this process turns into a module over the same weights, without
   * loading or copying; valid until this module is disposed.
   *
   * @example
   * ```ts
   * import { loadModule, moduleFromShared, ones } from 'libtorch-node';
   *
   * using model = await loadModule('mlp.pt');
   * const same = moduleFromShared(structuredClone(model.share()));
   * console.log(same.forwardSync(ones([1, 16])).shape); // [1, 4]
   * ```
   */
  share(): SharedModule {
    if (this.#shared === null) {
      this.#shared = shareModule(this.parts, this.format);
      sharing.add(this);
    }
    return this.#shared;
  }

  /** True after `dispose`. */
  get isDisposed(): boolean {
    return this.#handle === null;
  }

  /**
   * Lets go of the weights, and ends what `share` gave; runs in flight finish. Everything else throws
   * ERR_DISPOSED from now on. Again is harmless.
   */
  dispose(): void {
    const handle = this.#handle;
    if (handle === null) return;
    this.#handle = null;
    this.#calls = null;
    this.#sync = this.#async = () => {
      throw this.#gone();
    };
    if (this.#shared !== null) native.module.revoke(this.#shared.token);
    this.#shared = null;
    sharing.delete(this);
    native.module.dispose(handle);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #gone(): Error {
    return makeError('ERR_DISPOSED', `${this.constructor.name} is disposed`);
  }

  #bindForward(): BoundMethod {
    const forward = this.#open().method('forward');
    this.#sync = forward.sync;
    this.#async = forward.async;
    return forward;
  }

  #open(): Calls {
    if (this.#calls === null) throw this.#gone();
    return this.#calls;
  }
}
