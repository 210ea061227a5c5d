import { crc32 } from 'node:zlib';

import { viewOf } from './little-endian.js';
import type { Output, Piece } from './writing.js';

/** A record to be stored as it is. @internal */
export interface NewRecord {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const ALIGNMENT = 64;
const IN_64 = 0xffffffff;
const PIECE = 2 ** 23;
const UTF8_NAMES = 0x800;
const VERSION = 45;
// The first day that zip can write: files are the same whenever they are written.
const DATE = 0x21;
const PADDING_FIELD = 0x4246;

function setSizes(view: DataView, at: number, values: readonly number[]): void {
  for (const [i, value] of values.entries()) view.setBigUint64(at + i * 8, BigInt(value), true);
}

interface Placed {
  readonly name: Uint8Array;
  readonly bytes: Uint8Array;
  readonly at: number;
  /** Of the extra field that moves the data to its alignment. */
  readonly extra: number;
  readonly dataAt: number;
  readonly wide: boolean;
}

/**
 * A zip archive with stored records whose data is aligned, as PyTorch writes it. From `wideFrom` on,
 * sizes and places take 64 bits.
 *
 * @internal
 */
export class ZipOutput implements Output {
  readonly size: number;
  private readonly records: readonly Placed[];
  private readonly wideFrom: number;
  private readonly directoryAt: number;

  constructor(records: readonly NewRecord[], wideFrom = IN_64) {
    this.wideFrom = wideFrom;
    const placed: Placed[] = [];
    let at = 0;
    for (const { name: text, bytes } of records) {
      const name = Buffer.from(text, 'utf8');
      const wide = bytes.byteLength >= wideFrom;
      const least = at + 30 + name.byteLength + (wide ? 20 : 0) + 4;
      const padding = (ALIGNMENT - (least % ALIGNMENT)) % ALIGNMENT;
      const extra = (wide ? 20 : 0) + 4 + padding;
      const dataAt = least + padding;
      placed.push({ name, bytes, at, extra, dataAt, wide });
      at = dataAt + bytes.byteLength;
    }
    this.records = placed;
    this.directoryAt = at;
    const directory = placed.reduce((sum, record) => sum + this.entrySize(record), 0);
    this.size = at + directory + (this.isWide() ? 76 : 0) + 22;
  }

  /** The data before the header, which holds its checksum. */
  *pieces(): Iterable<Piece> {
    const sums: number[] = [];
    for (const record of this.records) {
      let sum = 0;
      for (let from = 0; from < record.bytes.byteLength; from += PIECE) {
        const bytes = record.bytes.subarray(from, from + PIECE);
        sum = crc32(bytes, sum);
        yield { at: record.dataAt + from, bytes };
      }
      sums.push(sum);
      yield { at: record.at, bytes: this.header(record, sum) };
    }
    yield { at: this.directoryAt, bytes: this.directory(sums) };
  }

  private isWide(): boolean {
    return this.directoryAt >= this.wideFrom || this.records.length >= 0xffff;
  }

  private header({ name, bytes, extra, wide }: Placed, sum: number): Uint8Array {
    const header = new Uint8Array(30 + name.byteLength + extra);
    const view = viewOf(header);
    view.setUint32(0, 0x04034b50, true);
    this.setCommon(view, 4, sum, bytes.byteLength, wide);
    view.setUint16(26, name.byteLength, true);
    view.setUint16(28, extra, true);
    header.set(name, 30);
    let at = 30 + name.byteLength;
    if (wide) {
      view.setUint16(at, 1, true);
      view.setUint16(at + 2, 16, true);
      view.setBigUint64(at + 4, BigInt(bytes.byteLength), true);
      view.setBigUint64(at + 12, BigInt(bytes.byteLength), true);
      at += 20;
    }
    view.setUint16(at, PADDING_FIELD, true);
    view.setUint16(at + 2, header.byteLength - at - 4, true);
    return header;
  }

  /** version, flags, method, time, date, checksum, sizes */
  private setCommon(view: DataView, at: number, sum: number, size: number, wide: boolean): void {
    view.setUint16(at, VERSION, true);
    view.setUint16(at + 2, UTF8_NAMES, true);
    view.setUint16(at + 8, DATE, true);
    view.setUint32(at + 10, sum, true);
    view.setUint32(at + 14, wide ? IN_64 : size, true);
    view.setUint32(at + 18, wide ? IN_64 : size, true);
  }

  private wideField({ wide, at }: Placed): number {
    const far = at >= this.wideFrom;
    return wide || far ? 4 + (wide ? 16 : 0) + (far ? 8 : 0) : 0;
  }

  private entrySize(record: Placed): number {
    return 46 + record.name.byteLength + this.wideField(record);
  }

  private entry(record: Placed, sum: number): Uint8Array {
    const { name, bytes, at, wide } = record;
    const entry = new Uint8Array(this.entrySize(record));
    const view = viewOf(entry);
    const far = at >= this.wideFrom;
    view.setUint32(0, 0x02014b50, true);
    view.setUint16(4, VERSION, true);
    this.setCommon(view, 6, sum, bytes.byteLength, wide);
    view.setUint16(28, name.byteLength, true);
    view.setUint16(30, this.wideField(record), true);
    view.setUint32(42, far ? IN_64 : at, true);
    entry.set(name, 46);
    if (!wide && !far) return entry;
    let field = 46 + name.byteLength;
    view.setUint16(field, 1, true);
    view.setUint16(field + 2, this.wideField(record) - 4, true);
    field += 4;
    const values = [...(wide ? [bytes.byteLength, bytes.byteLength] : []), ...(far ? [at] : [])];
    setSizes(view, field, values);
    return entry;
  }

  private directory(sums: readonly number[]): Uint8Array {
    const entries = this.records.map((record, i) => this.entry(record, sums[i]!));
    const size = entries.reduce((sum, entry) => sum + entry.byteLength, 0);
    return Buffer.concat([...entries, this.end(size)]);
  }

  private end(directorySize: number): Uint8Array {
    const wide = this.isWide();
    const end = new Uint8Array((wide ? 76 : 0) + 22);
    const view = viewOf(end);
    const count = this.records.length;
    if (wide) {
      view.setUint32(0, 0x06064b50, true);
      view.setBigUint64(4, 44n, true);
      view.setUint16(12, VERSION, true);
      view.setUint16(14, VERSION, true);
      const values = [count, count, directorySize, this.directoryAt];
      setSizes(view, 24, values);
      view.setUint32(56, 0x07064b50, true);
      view.setBigUint64(64, BigInt(this.directoryAt + directorySize), true);
      view.setUint32(72, 1, true);
    }
    const at = wide ? 76 : 0;
    view.setUint32(at, 0x06054b50, true);
    view.setUint16(at + 8, wide ? 0xffff : count, true);
    view.setUint16(at + 10, wide ? 0xffff : count, true);
    view.setUint32(at + 12, wide ? IN_64 : directorySize, true);
    view.setUint32(at + 16, wide ? IN_64 : this.directoryAt, true);
    return end;
  }
}
