import { makeError } from '../make-error.js';
import { native } from '../native/addon.js';
import { describe } from '../tensor/describe.js';

/** Libraries of quantized kernels that LibTorch may have: `backends().quantizedEngines`. */
export type QuantizedEngine = 'x86' | 'fbgemm' | 'onednn' | 'qnnpack';

/** The name of an engine there is, or null for the process's own; ERR_ENGINE for others. @internal */
export function checkEngine(where: string, engine: unknown): QuantizedEngine | null {
  if (engine === undefined) return null;
  if (typeof engine !== 'string') {
    const message = `${where}: engine: expected the name of an engine, got ${describe(engine)}`;
    throw makeError('ERR_INVALID_ARG_TYPE', message);
  }
  native.quantization.requireEngine(engine, where);
  return engine as QuantizedEngine;
}

/** PyTorch's `torch.backends.quantized`. */
export interface QuantizedBackend {
  /** Those there are, as in `backends().quantizedEngines`. */
  readonly supportedEngines: readonly QuantizedEngine[];
  /**
   * Whose kernels weights are packed for where no other engine is asked for: in quantized modules that
   * are made, loaded or copied from then on. To set it waits for those under way.
   */
  engine: QuantizedEngine;
}

/** @internal */
export const quantizedBackend: QuantizedBackend = Object.freeze({
  get supportedEngines(): readonly QuantizedEngine[] {
    return native.quantization.supportedEngines() as QuantizedEngine[];
  },
  get engine(): QuantizedEngine {
    return native.quantization.engine() as QuantizedEngine;
  },
  set engine(name: QuantizedEngine) {
    const where = 'backends.quantized.engine';
    if (checkEngine(where, name) === null) {
      throw makeError('ERR_INVALID_ARG_TYPE', `${where}: expected the name of an engine`);
    }
    native.quantization.setEngine(name);
  },
});

/**
 * Names of the operators of this LibTorch that take quantized tensors or packed weights on the CPU, in
 * order: 'aten::relu', 'quantized::linear_dynamic'. Those in `quantized` come with their engines.
 *
 * @example
 * ```ts
 * import { supportedQuantizedOperators } from 'libtorch-node';
 *
 * console.log(supportedQuantizedOperators().includes('quantized::linear_dynamic')); // true
 * ```
 */
export function supportedQuantizedOperators(): readonly string[] {
  return native.quantization.supportedOperators();
}
