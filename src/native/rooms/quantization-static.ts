/** `cpp/binding/quantization_static.cc`. */
import type { NativePrepared, NativeQuantization } from './quantization.js';
import type { NativeModule } from './values.js';

declare const observed: unique symbol;

/** A private copy of a module that shows values to observers; one conversion uses it up. */
export interface NativeObserved {
  readonly [observed]: never;
}

export interface NativeObservation {
  readonly observed: NativeObserved;
  /** What calibration runs: the same module. */
  readonly module: NativeModule;
}

export interface QuantizationStaticRoom {
  /** `engine`: null for the one in use; `folder` holds the observers. */
  observe(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    observers: string,
    folder: string,
  ): Promise<NativeObservation>;
  observeSync(
    prepared: NativePrepared,
    layers: readonly string[],
    engine: string | null,
    observers: string,
    folder: string,
  ): NativeObservation;
  convertObserved(observed: NativeObserved): Promise<NativeQuantization>;
  convertObservedSync(observed: NativeObserved): NativeQuantization;
}
