import { dtypeInfo } from '../tensor/dtype.js';
import type { SavedTensor } from './saved-tensor.js';

/** A storage to be written: the part of a buffer that tensors look into. */
class PlannedStorage {
  readonly key: string;
  private readonly buffer: ArrayBufferLike;
  private begin: number;
  private end: number;

  constructor(key: string, { buffer, begin, end }: SavedTensor) {
    this.key = key;
    this.buffer = buffer;
    this.begin = begin;
    this.end = end;
  }

  include({ begin, end }: SavedTensor): void {
    // A tensor without elements is anywhere.
    if (begin === end) return;
    if (this.begin === this.end) this.begin = begin;
    this.begin = Math.min(this.begin, begin);
    this.end = Math.max(this.end, end);
  }

  get byteLength(): number {
    return this.end - this.begin;
  }

  offsetOf({ begin, end }: SavedTensor): number {
    return begin === end ? 0 : begin - this.begin;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.buffer, this.begin, this.byteLength);
  }
}

/** Where a tensor lies among the storages. @internal */
export interface PlannedPlace {
  readonly key: string;
  /** Elements of the storage. */
  readonly count: number;
  /** In elements. */
  readonly offset: number;
}

/** Storages to be written, each once: tensors over one buffer share it, as far as one dtype goes. @internal */
export class StoragePlan {
  private readonly byBuffer = new Map<ArrayBufferLike, Map<string, PlannedStorage>>();
  private readonly storages: PlannedStorage[] = [];

  /** Every tensor is added before any place is asked for. */
  add(tensor: SavedTensor, group: string): void {
    const groups = this.groupsOf(tensor);
    const known = groups.get(group);
    if (known !== undefined) {
      known.include(tensor);
      return;
    }
    const storage = new PlannedStorage(String(this.storages.length), tensor);
    groups.set(group, storage);
    this.storages.push(storage);
  }

  private groupsOf({ buffer }: SavedTensor): Map<string, PlannedStorage> {
    const groups = this.byBuffer.get(buffer) ?? new Map<string, PlannedStorage>();
    this.byBuffer.set(buffer, groups);
    return groups;
  }

  place(tensor: SavedTensor, group: string): PlannedPlace {
    const storage = this.groupsOf(tensor).get(group)!;
    const { itemsize } = dtypeInfo(tensor.dtype);
    return {
      key: storage.key,
      count: storage.byteLength / itemsize,
      offset: storage.offsetOf(tensor) / itemsize,
    };
  }

  *records(): Generator<{ readonly key: string; readonly bytes: Uint8Array }> {
    for (const storage of this.storages) yield { key: storage.key, bytes: storage.bytes() };
  }
}
