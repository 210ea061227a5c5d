import { makeError } from '../make-error.js';
import { viewOf } from './little-endian.js';
import { type ByteSource, inflate, type Reading, readAt, readInto } from './reading.js';
import { damaged, readZipDirectory, type ZipEntry } from './zip-directory.js';

const HEADER_SIZE = 30;
const HEADER_MAGIC = 0x04034b50;
const ENCRYPTED = 0x2041;

/** How much of an archive may be brought into memory. @internal */
export interface ReadLimits {
  /** Bytes of one record. */
  readonly record: number;
  /** Bytes of all records together. */
  readonly total: number;
}

/** A record of the archive: its name without the archive's own folder. @internal */
export interface ArchiveRecord {
  readonly name: string;
  readonly size: number;
  readonly entry: ZipEntry;
}

/**
 * A PyTorch archive: a zip whose records lie in one folder, named as its first entry says. Names are
 * found without regard to case, as LibTorch finds them.
 *
 * @internal
 */
export class Archive {
  readonly source: ByteSource;
  readonly records: readonly ArchiveRecord[];
  private readonly byName: ReadonlyMap<string, ArchiveRecord>;
  private readonly limits: ReadLimits;
  private taken = 0;

  private constructor(source: ByteSource, entries: readonly ZipEntry[], limits: ReadLimits) {
    this.source = source;
    this.limits = limits;
    const first = entries[0]?.name ?? '';
    const root = first.slice(0, first.indexOf('/') + 1).toLowerCase();
    this.records = entries
      .filter(({ name }) => name.toLowerCase().startsWith(root))
      .map((entry) => ({ name: entry.name.slice(root.length), size: entry.size, entry }));
    this.byName = new Map(this.records.map((record) => [record.name.toLowerCase(), record]));
  }

  static *open(source: ByteSource, limits: ReadLimits): Reading<Archive> {
    return new Archive(source, yield* readZipDirectory(source), limits);
  }

  find(name: string): ArchiveRecord | undefined {
    return this.byName.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.byName.has(name.toLowerCase());
  }

  /** The bytes of a record; ERR_LOAD_FAILED where the limits do not allow them. */
  *read({ name, entry }: ArchiveRecord): Reading<Uint8Array> {
    this.taken += entry.size;
    if (entry.size > this.limits.record || this.taken > this.limits.total) {
      const { record, total } = this.limits;
      throw makeError(
        'ERR_LOAD_FAILED',
        `${this.source.name}: '${name}' has ${entry.size} bytes; at most ${record} are read of a ` +
          `record, and ${total} of all`,
      );
    }
    const at = yield* this.dataAt(name, entry);
    const data = yield* readAt(at, entry.compressedSize);
    return entry.method === 0 ? data : yield* this.inflated(name, entry, data);
  }

  /** Brings the bytes of a record into memory of its size. */
  *readInto({ name, entry }: ArchiveRecord, into: Uint8Array): Reading<void> {
    const at = yield* this.dataAt(name, entry);
    if (entry.method === 0) {
      yield* readInto(at, into);
      return;
    }
    const data = yield* readAt(at, entry.compressedSize);
    into.set(yield* this.inflated(name, entry, data));
  }

  private *inflated(name: string, entry: ZipEntry, data: Uint8Array): Reading<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = yield* inflate(data, entry.size);
    } catch {
      throw damaged(this.source, `'${name}' cannot be inflated to ${entry.size} bytes`);
    }
    if (bytes.byteLength === entry.size) return bytes;
    throw damaged(this.source, `'${name}' has ${bytes.byteLength} bytes, not ${entry.size}`);
  }

  private *dataAt(name: string, entry: ZipEntry): Reading<number> {
    if ((entry.flags & ENCRYPTED) !== 0) throw damaged(this.source, `'${name}' is encrypted`);
    if (entry.method !== 0 && entry.method !== 8) {
      throw damaged(this.source, `'${name}' is packed with method ${entry.method}`);
    }
    const { headerAt, compressedSize } = entry;
    const size = this.source.size;
    if (headerAt + HEADER_SIZE > size) throw damaged(this.source, `'${name}' is cut off`);
    const header = viewOf(yield* readAt(headerAt, HEADER_SIZE));
    if (header.getUint32(0, true) !== HEADER_MAGIC) {
      throw damaged(this.source, `'${name}' is not where the table of contents says`);
    }
    const names = header.getUint16(26, true) + header.getUint16(28, true);
    const at = headerAt + HEADER_SIZE + names;
    if (at + compressedSize > size) throw damaged(this.source, `'${name}' is cut off`);
    return at;
  }
}
