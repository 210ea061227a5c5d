/** Writes pickles of protocol 2, with the instructions that PyTorch's safe reader knows. @internal */
export class PickleWriter {
  private bytes = new Uint8Array(2 ** 12);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private memo = 0;

  constructor() {
    this.raw('\x80\x02');
  }

  /** Makes room at the end, which may move the bytes. */
  private room(count: number): number {
    const at = this.length;
    this.length += count;
    if (this.length > this.bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.length, this.bytes.byteLength * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  private uint32(value: number): void {
    const at = this.room(4);
    this.view.setUint32(at, value, true);
  }

  /** Instructions, a character a byte. */
  raw(codes: string): void {
    const at = this.room(codes.length);
    for (let i = 0; i < codes.length; i++) this.bytes[at + i] = codes.charCodeAt(i);
  }

  global(module: string, name: string): void {
    this.raw(`c${module}\n${name}\n`);
  }

  text(text: string): void {
    const utf8 = Buffer.from(text, 'utf8');
    this.raw('X');
    this.uint32(utf8.byteLength);
    const at = this.room(utf8.byteLength);
    this.bytes.set(utf8, at);
  }

  float(value: number): void {
    this.raw('G');
    const at = this.room(8);
    this.view.setFloat64(at, value, false);
  }

  boolean(value: boolean): void {
    this.raw(value ? '\x88' : '\x89');
  }

  integer(value: number | bigint): void {
    const wide = BigInt(value);
    if (wide >= -(2n ** 31n) && wide < 2n ** 31n) {
      this.raw('J');
      this.uint32(Number(wide));
      return;
    }
    let count = 1;
    while (BigInt.asIntN(count * 8, wide) !== wide) count++;
    this.raw(`\x8a${String.fromCharCode(count)}`);
    const at = this.room(count);
    for (let i = 0; i < count; i++) {
      this.bytes[at + i] = Number((wide >> BigInt(i * 8)) & 0xffn);
    }
  }

  integers(values: readonly number[]): void {
    this.raw('(');
    for (const value of values) this.integer(value);
    this.raw('t');
  }

  /** Remembers what was written last; `recall` writes it again as the same object. */
  remember(): number {
    this.raw('r');
    this.uint32(this.memo);
    return this.memo++;
  }

  recall(key: number): void {
    this.raw('j');
    this.uint32(key);
  }

  done(): Uint8Array {
    this.raw('.');
    return this.bytes.subarray(0, this.length);
  }
}
