import { viewOf } from '../archive/little-endian.js';
import { makeError } from '../make-error.js';

/** The error for a pickle that cannot be read. @internal */
export function badPickle(where: string, what: string): Error {
  return makeError('ERR_LOAD_FAILED', `${where}: the pickle is damaged: ${what}`);
}

/** The bytes given end before the pickle does. @internal */
export class CutOff extends Error {}

const LONGEST_LINE = 2 ** 20;
const NEWLINE = 10;

/** A place in bytes that moves as they are read. @internal */
export class ByteCursor {
  readonly bytes: Uint8Array;
  readonly where: string;
  at: number;
  private readonly view: DataView;
  private readonly utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array, where: string, at = 0) {
    this.bytes = bytes;
    this.view = viewOf(bytes);
    this.where = where;
    this.at = at;
  }

  private advance(count: number): number {
    const from = this.at;
    if (count > this.bytes.byteLength - from) throw new CutOff();
    this.at += count;
    return from;
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }
  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }
  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }
  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }
  length64(): number {
    const length = this.view.getBigUint64(this.advance(8), true);
    if (length > BigInt(this.bytes.byteLength)) throw new CutOff();
    return Number(length);
  }
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }
  take(count: number): Uint8Array {
    const from = this.advance(count);
    return this.bytes.subarray(from, from + count);
  }
  text(count: number): string {
    return this.utf8.decode(this.take(count));
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(NEWLINE, this.at);
    if (end < 0) throw new CutOff();
    if (end - this.at > LONGEST_LINE) throw badPickle(this.where, 'a line of more than a megabyte');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
}
