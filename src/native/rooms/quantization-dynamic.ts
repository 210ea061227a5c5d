/** `cpp/binding/quantization_dynamic.cc`. */
import type { NativePrepared, NativeQuantization } from './quantization.js';

export interface QuantizationDynamicRoom {
  /** `engine` is a name of `backends().quantizedEngines`; null for the one in use. */
  dynamic(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    dtype: string,
    perChannel: boolean,
  ): Promise<NativeQuantization>;
  dynamicSync(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    dtype: string,
    perChannel: boolean,
  ): NativeQuantization;
}
