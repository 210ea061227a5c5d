/** `cpp/binding/quantization_weights.cc`. */
import type { NativePrepared, NativeQuantization } from './quantization.js';

export interface QuantizationWeightsRoom {
  /** `linear` is 'int8', 'int4' or null for none; `embedding` whether rows become uint8. */
  weights(
    prepared: NativePrepared,
    layers: readonly string[],
    linear: string | null,
    embedding: boolean,
    groupSize: number,
  ): Promise<NativeQuantization>;
  weightsSync(
    prepared: NativePrepared,
    layers: readonly string[],
    linear: string | null,
    embedding: boolean,
    groupSize: number,
  ): NativeQuantization;
}
