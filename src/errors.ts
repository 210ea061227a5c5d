/** The failures of the package: the TorchError family, with stable codes. */
import type { TorchErrorCode } from './error-codes.js';

/**
 * A failure inside LibTorch or of this package; base of the family.
 *
 * @example
 * ```ts
 * import { TorchError, zeros } from 'libtorch-node';
 *
 * try {
 *   zeros([2, 3]).reshape(4);
 * } catch (error) {
 *   console.log(error instanceof TorchError && error.code); // 'ERR_TORCH'
 * }
 * ```
 */
export class TorchError extends Error {
  static {
    TorchError.prototype.name = 'TorchError';
  }
  /** Stable across releases, unlike the message. */
  readonly code: TorchErrorCode;

  constructor(code: TorchErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The device had no room for an allocation; what was held before is intact.
 *
 * @example
 * ```ts
 * import { empty, OutOfMemoryError } from 'libtorch-node';
 *
 * try {
 *   empty([2 ** 50]);
 * } catch (error) {
 *   console.log(error instanceof OutOfMemoryError); // true
 * }
 * ```
 */
export class OutOfMemoryError extends TorchError {
  static {
    OutOfMemoryError.prototype.name = 'OutOfMemoryError';
  }
}

/**
 * TorchScript code raised an exception, or an operator failed inside it.
 *
 * @example
 * ```ts
 * import { loadModule, ones, ScriptError } from 'libtorch-node';
 *
 * using model = await loadModule('raises.pt');
 * try {
 *   await model.forward(ones([1]));
 * } catch (error) {
 *   if (error instanceof ScriptError) console.log(error.pythonClass); // builtins.ValueError
 * }
 * ```
 */
export class ScriptError extends TorchError {
  static {
    ScriptError.prototype.name = 'ScriptError';
  }
  /** The Python class that was raised, e.g. `'builtins.ValueError'`, or null. */
  readonly pythonClass: string | null;

  constructor(
    code: TorchErrorCode,
    message: string,
    options?: ErrorOptions & { readonly pythonClass?: string | null },
  ) {
    super(code, message, options);
    this.pythonClass = options?.pythonClass ?? null;
  }
}

/**
 * TorchScript source that does not compile; the message shows the line with a caret.
 *
 * @example
 * ```ts
 * import { CompileError, jit } from 'libtorch-node';
 *
 * try {
 *   jit.compile('def forward(self, x: Tensor):\n    return x + y');
 * } catch (error) {
 *   if (error instanceof CompileError) console.log(error.line, error.column); // 2 16
 * }
 * ```
 */
export class CompileError extends TorchError {
  static {
    CompileError.prototype.name = 'CompileError';
  }
  /** Counts from 1 in the source as given; null where LibTorch does not say. */
  readonly line: number | null;
  /** Counts from 1, in UTF-16 units. */
  readonly column: number | null;
  /** The whole line. */
  readonly sourceLine: string | null;

  /** `detail` is 'line:column:source line'. */
  constructor(
    code: TorchErrorCode,
    message: string,
    options?: ErrorOptions & { readonly detail?: string | null },
  ) {
    super(code, message, options);
    const [, line, column, sourceLine] =
      /^([1-9]\d*):(\d+):(.*)$/s.exec(options?.detail ?? '') ?? [];
    this.line = line === undefined ? null : Number(line);
    this.column = column === undefined ? null : Number(column);
    this.sourceLine = sourceLine ?? null;
  }
}

/**
 * A file or state dict that cannot become a module; the message says what it is.
 *
 * @example
 * ```ts
 * import { LoadError, loadModule } from 'libtorch-node';
 *
 * try {
 *   await loadModule('state-dict.pt');
 * } catch (error) {
 *   if (error instanceof LoadError) console.log(error.code); // ERR_NOT_A_MODULE
 * }
 * ```
 */
export class LoadError extends TorchError {
  static {
    LoadError.prototype.name = 'LoadError';
  }
}

/**
 * Values that do not fit the module's signature.
 *
 * @example
 * ```ts
 * import { loadModule, ones, SignatureError, tensorSchema } from 'libtorch-node';
 *
 * using model = await loadModule('mlp.pt', {
 *   signature: { inputs: { x: tensorSchema({ shape: ['batch', 16] }) }, output: tensorSchema() },
 * });
 * try {
 *   await model.forward(ones([1, 15]));
 * } catch (error) {
 *   console.log(error instanceof SignatureError); // true
 * }
 * ```
 */
export class SignatureError extends TorchError {
  static {
    SignatureError.prototype.name = 'SignatureError';
  }
}

/**
 * A synchronous mutation met runs in flight.
 *
 * @example
 * ```ts
 * import { loadModule, ModuleBusyError } from 'libtorch-node';
 *
 * using model = await loadModule('slow.pt');
 * const running = model.forward(10_000);
 * try {
 *   model.train();
 * } catch (error) {
 *   console.log(error instanceof ModuleBusyError); // true
 * }
 * await running;
 * ```
 */
export class ModuleBusyError extends TorchError {
  static {
    ModuleBusyError.prototype.name = 'ModuleBusyError';
  }
}

/**
 * Something disposed was used.
 *
 * @example
 * ```ts
 * import { DisposedError, zeros } from 'libtorch-node';
 *
 * const x = zeros([2]);
 * x.dispose();
 * try {
 *   x.toArray();
 * } catch (error) {
 *   console.log(error instanceof DisposedError); // true
 * }
 * ```
 */
export class DisposedError extends TorchError {
  static {
    DisposedError.prototype.name = 'DisposedError';
  }
}
