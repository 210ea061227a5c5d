import { readFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Archive } from '../../../src/archive/archive.js';
import { MemorySource } from '../../../src/archive/byte-source.js';
import { runReading, runReadingSync } from '../../../src/archive/reading.js';
import { toBytes } from '../../../src/archive/writing.js';
import { readZipDirectory } from '../../../src/archive/zip-directory.js';
import { ZipOutput } from '../../../src/archive/zip-writer.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught } from '../caught.js';

const limits = { record: 2 ** 20, total: 2 ** 21 };
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const open = (bytes: Uint8Array): Archive => {
  const source = new MemorySource(bytes);
  return runReadingSync(source, Archive.open(source, limits));
};
const record = (name: string, content: string) => ({ name, bytes: Buffer.from(content) });
const small = (): Buffer =>
  Buffer.from(toBytes(new ZipOutput([record('a/one', 'first'), record('a/two', 'second')])));

function readText(archive: Archive, name: string): string {
  return text(runReadingSync(archive.source, archive.read(archive.find(name)!)));
}

/** Where the directory's entry of a name begins. */
function entryOf(bytes: Buffer, name: string): number {
  return bytes.lastIndexOf(name) - 46;
}

describe('an archive', () => {
  it('reads records of what PyTorch wrote, without its folder', () => {
    const archive = open(readFileSync(fixture('mlp')));
    expect(readText(archive, 'version').trim()).toBe('3');
    expect(archive.find('data/0')?.size).toBe(1024);
    expect(archive.has('mlp/version')).toBe(false);
  });

  it('finds names in any case, as LibTorch does', () => {
    expect(readText(open(small()), 'ONE')).toBe('first');
  });

  it('knows records only of the folder that its first entry names', () => {
    const records = [record('a/one', '1'), record('b/two', '2')];
    expect(open(toBytes(new ZipOutput(records))).records.map(({ name }) => name)).toEqual(['one']);
  });

  it('inflates packed records, and reads into given memory', async () => {
    const packed = deflateRawSync(Buffer.from('x'.repeat(1000)));
    const bytes = Buffer.from(toBytes(new ZipOutput([{ name: 'a/x', bytes: packed }])));
    const entry = entryOf(bytes, 'a/x');
    bytes.writeUInt16LE(8, entry + 10);
    bytes.writeUInt32LE(1000, entry + 24);
    const archive = open(bytes);
    expect(readText(archive, 'x')).toBe('x'.repeat(1000));
    const into = new Uint8Array(1000);
    await runReading(archive.source, archive.readInto(archive.find('x')!, into));
    expect(text(into)).toBe('x'.repeat(1000));
  });

  it('refuses records beyond its limits', () => {
    const big = { name: 'a/big', bytes: new Uint8Array(2 ** 20 + 1) };
    const archive = open(toBytes(new ZipOutput([big])));
    expect(caught(() => readText(archive, 'big'))).toMatchObject({ code: 'ERR_LOAD_FAILED' });
    const many = open(toBytes(new ZipOutput([{ name: 'a/x', bytes: new Uint8Array(2 ** 20) }])));
    for (let i = 0; i < 2; i++) readText(many, 'x');
    expect(caught(() => readText(many, 'x')).message).toContain('of all');
  });
});

describe('a damaged archive is refused', () => {
  const spoil: Readonly<Record<string, readonly [(bytes: Buffer) => Uint8Array, string]>> = {
    'without an end': [(b) => b.subarray(0, -1), 'its end'],
    'with a size outside the file': [
      (b) => {
        b.writeUInt32LE(2 ** 31, entryOf(b, 'a/two') + 20);
        b.writeUInt32LE(2 ** 31, entryOf(b, 'a/two') + 24);
        return b;
      },
      'is outside the file',
    ],
    'with two sizes of a stored record': [
      (b) => {
        b.writeUInt32LE(1, entryOf(b, 'a/two') + 24);
        return b;
      },
      'its two sizes differ',
    ],
    'with more bytes than deflate can make': [
      (b) => {
        b.writeUInt16LE(8, entryOf(b, 'a/two') + 10);
        b.writeUInt32LE(10 ** 6, entryOf(b, 'a/two') + 24);
        return b;
      },
      'cannot have 1000000 bytes',
    ],
    'with fewer entries than it counts': [
      (b) => {
        b.writeUInt16LE(3, b.byteLength - 12);
        return b;
      },
      'should list 3',
    ],
    'with one name twice': [
      () => toBytes(new ZipOutput([record('a/one', '1'), record('a/ONE', '2')])),
      "two entries are called 'a/ONE'",
    ],
    'whose directory lies outside the file': [
      (b) => {
        b.writeUInt32LE(2 ** 31, b.byteLength - 6);
        return b;
      },
      'outside the file',
    ],
  };
  it.each(Object.entries(spoil))('%s', (_, [change, message]) => {
    const found = caught(() => open(change(small())));
    expect(found).toMatchObject({ name: 'LoadError', code: 'ERR_LOAD_FAILED' });
    expect(found.message).toContain(message);
  });

  it('when a record is encrypted, packed otherwise, or not where it should be', () => {
    const change = (at: number, value: number): Buffer => {
      const bytes = small();
      bytes.writeUInt16LE(value, entryOf(bytes, 'a/one') + at);
      return bytes;
    };
    const messages = [change(8, 1), change(10, 12), change(42, 3)].map(
      (bytes) => caught(() => readText(open(bytes), 'one')).message,
    );
    expect(messages[0]).toContain('encrypted');
    expect(messages[1]).toContain('method 12');
    expect(messages[2]).toContain('not where');
  });
});

describe('a written archive', () => {
  it('aligns data to 64 bytes', () => {
    const bytes = small();
    expect([bytes.indexOf('first') % 64, bytes.indexOf('second') % 64]).toEqual([0, 0]);
  });

  it('is read back with 64-bit sizes and places', () => {
    const records = [record('a/one', 'first'), record('a/two', 'second'), record('a/no', '')];
    const archive = open(toBytes(new ZipOutput(records, 6)));
    expect(['one', 'two', 'no'].map((name) => readText(archive, name))).toEqual([
      'first',
      'second',
      '',
    ]);
  });

  it('is empty without records', () => {
    const source = new MemorySource(toBytes(new ZipOutput([])));
    expect(runReadingSync(source, readZipDirectory(source))).toEqual([]);
  });
});
