/** `cpp/binding/quantization_qat.cc`. */
import type { NativePrepared, NativeQuantization } from './quantization.js';
import type { NativeModule } from './values.js';

export interface QuantizationQatRoom {
  /** `engine`: null for the one in use; `folder` holds the FakeQuantize modules. The lists are empty. */
  prepareQat(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    folder: string,
  ): Promise<NativeQuantization>;
  prepareQatSync(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    folder: string,
  ): NativeQuantization;
  convert(m: NativeModule, engine: string | null): Promise<NativeQuantization>;
  convertSync(m: NativeModule, engine: string | null): NativeQuantization;
  /** Throw ERR_MODULE_BUSY during runs, ERR_NOT_PREPARED without FakeQuantize modules. */
  enableObserver(m: NativeModule, enabled: boolean): void;
  enableFakeQuant(m: NativeModule, enabled: boolean): void;
}
