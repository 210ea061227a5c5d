import type { Reading } from '../archive/reading.js';
import type { PickledStorage } from '../pickle/values.js';

/** A file of weights: what it says, and where the memory of its tensors is. @internal */
export interface CheckpointFile {
  /** Containers and values as `src/pickle/values` has them. */
  readonly value: unknown;
  /** Bytes of a storage. */
  sizeOf(storage: PickledStorage): number;
  /** Brings a storage into memory of that size. */
  fill(storage: PickledStorage, into: Uint8Array): Reading<void>;
}
