/** `cpp/binding/quantization_engine.cc`. */

export interface QuantizationEngineRoom {
  /** Throws ERR_ENGINE for an engine there is not; `callee` is for messages. */
  requireEngine(engine: string, callee: string): void;
  supportedEngines(): readonly string[];
  engine(): string;
  setEngine(engine: string): void;
  /** Names without overloads, in order. */
  supportedOperators(): readonly string[];
}
