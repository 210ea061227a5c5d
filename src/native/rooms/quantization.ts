/** `cpp/binding/quantization*.cc`. */
import type { QuantizationDynamicRoom } from './quantization-dynamic.js';
import type { QuantizationEngineRoom } from './quantization-engine.js';
import type { QuantizationQatRoom } from './quantization-qat.js';
import type { QuantizationStaticRoom } from './quantization-static.js';
import type { QuantizationWeightsRoom } from './quantization-weights.js';
import type { NativeModule } from './values.js';

declare const prepared: unique symbol;

/** A private copy of a module whose layers are to be chosen; one rewriting uses it up. */
export interface NativePrepared {
  readonly [prepared]: never;
}

/** A layer that quantization may change. */
export interface NativeLayer {
  readonly name: string;
  readonly kind: string;
}

export interface NativePreparation {
  readonly prepared: NativePrepared;
  readonly layers: readonly NativeLayer[];
}

/** What every rewriting gives; its lists tell only of the layers it was asked for. */
export interface NativeQuantization {
  readonly module: NativeModule;
  readonly quantized: readonly (NativeLayer & { readonly dtype: string })[];
  readonly skipped: readonly (NativeLayer & { readonly reason: string })[];
}

export interface QuantizationRoom
  extends QuantizationEngineRoom,
    QuantizationDynamicRoom,
    QuantizationQatRoom,
    QuantizationStaticRoom,
    QuantizationWeightsRoom {
  /** `callee` is for messages. */
  prepare(m: NativeModule, callee: string): Promise<NativePreparation>;
  prepareSync(m: NativeModule, callee: string): NativePreparation;
  /** Lets go of its memory; not while it is being rewritten. */
  release(prepared: NativePrepared): void;
}
