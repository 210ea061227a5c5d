import { makeError } from '../make-error.js';
import { size64, viewOf } from './little-endian.js';
import { type ByteSource, type Reading, readAt } from './reading.js';

/** An entry as the archive's table of contents lists it. @internal */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  /** 0 is stored, 8 deflated. */
  readonly method: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly headerAt: number;
}

const END_SIZE = 22;
const LONGEST_COMMENT = 0xffff;
const LOCATOR_SIZE = 20;
const END64_SIZE = 56;
const ENTRY_SIZE = 46;
const IN_64 = 0xffffffff;
const ENTRY_MAGIC = 0x02014b50;
const END_MAGIC = 0x06054b50;
const LOCATOR_MAGIC = 0x07064b50;
const END64_MAGIC = 0x06064b50;
const LARGEST_DIRECTORY = 2 ** 28;
/** Deflate cannot make more of a byte. */
const DEFLATE_RATIO = 1032;

/** The error for an archive that is cut off or altered. @internal */
export function damaged(source: ByteSource, what: string): Error {
  return makeError('ERR_LOAD_FAILED', `${source.name}: the zip archive is damaged: ${what}`);
}

interface Place {
  readonly at: number;
  readonly size: number;
  readonly count: number;
}

function* findDirectory(source: ByteSource): Reading<Place> {
  const tailSize = Math.min(source.size, END_SIZE + LONGEST_COMMENT);
  const tailAt = source.size - tailSize;
  const tail = viewOf(yield* readAt(tailAt, tailSize));
  let end = tailSize - END_SIZE;
  while (end >= 0 && tail.getUint32(end, true) !== END_MAGIC) end--;
  if (end < 0) throw damaged(source, 'its end, with the table of contents, is missing');
  const place = {
    count: tail.getUint16(end + 10, true),
    size: tail.getUint32(end + 12, true),
    at: tail.getUint32(end + 16, true),
  };
  const locatorAt = tailAt + end - LOCATOR_SIZE;
  if (locatorAt < 0) return place;
  const locator = viewOf(yield* readAt(locatorAt, LOCATOR_SIZE));
  if (locator.getUint32(0, true) !== LOCATOR_MAGIC) return place;
  const end64At = size64(locator, 8);
  if (end64At > source.size - END64_SIZE) throw damaged(source, 'its end stands outside the file');
  const end64 = viewOf(yield* readAt(end64At, END64_SIZE));
  if (end64.getUint32(0, true) !== END64_MAGIC) throw damaged(source, 'its 64-bit end is missing');
  return { count: size64(end64, 32), size: size64(end64, 40), at: size64(end64, 48) };
}

interface Sizes {
  size: number;
  compressedSize: number;
  headerAt: number;
}

/** What does not fit 32 bits stands in an extra field, in this order. */
function readSizes64(view: DataView, from: number, length: number, sizes: Sizes): void {
  for (let at = from; at + 4 <= from + length; ) {
    const id = view.getUint16(at, true);
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > from + length) return;
    if (id === 1) {
      let field = at + 4;
      for (const name of ['size', 'compressedSize', 'headerAt'] as const) {
        if (sizes[name] !== IN_64 || field + 8 > end) continue;
        sizes[name] = size64(view, field);
        field += 8;
      }
      return;
    }
    at = end;
  }
}

/**
 * Reads an archive's table of contents. Places and sizes are checked against the file, and names must
 * differ beyond upper and lower case: LibTorch finds entries without regard to it.
 *
 * @internal
 */
export function* readZipDirectory(source: ByteSource): Reading<ZipEntry[]> {
  const { at, size, count } = yield* findDirectory(source);
  if (at + size > source.size) throw damaged(source, 'its table of contents is outside the file');
  if (size > LARGEST_DIRECTORY) throw damaged(source, `a table of contents of ${size} bytes`);
  const bytes = yield* readAt(at, size);
  const view = viewOf(bytes);
  const decoder = new TextDecoder();
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let from = 0; entries.length < count; ) {
    if (from + ENTRY_SIZE > size || view.getUint32(from, true) !== ENTRY_MAGIC) {
      throw damaged(source, `its table lists ${entries.length} entries, and should list ${count}`);
    }
    const nameSize = view.getUint16(from + 28, true);
    const extraSize = view.getUint16(from + 30, true);
    const nameAt = from + ENTRY_SIZE;
    const next = nameAt + nameSize + extraSize + view.getUint16(from + 32, true);
    if (next > size) throw damaged(source, 'an entry of its table is cut off');
    const name = decoder.decode(bytes.subarray(nameAt, nameAt + nameSize));
    const sizes = {
      compressedSize: view.getUint32(from + 20, true),
      size: view.getUint32(from + 24, true),
      headerAt: view.getUint32(from + 42, true),
    };
    readSizes64(view, nameAt + nameSize, extraSize, sizes);
    if (sizes.headerAt + sizes.compressedSize > source.size) {
      throw damaged(source, `'${name}' of ${sizes.compressedSize} bytes is outside the file`);
    }
    const flags = view.getUint16(from + 8, true);
    const method = view.getUint16(from + 10, true);
    if (method === 0 && sizes.size !== sizes.compressedSize) {
      throw damaged(source, `'${name}' is stored, and its two sizes differ`);
    }
    if (method === 8 && sizes.size > (sizes.compressedSize + 1) * DEFLATE_RATIO) {
      throw damaged(source, `'${name}' cannot have ${sizes.size} bytes`);
    }
    if (names.has(name.toLowerCase())) throw damaged(source, `two entries are called '${name}'`);
    names.add(name.toLowerCase());
    entries.push({ name, flags, method, ...sizes });
    from = next;
  }
  return entries;
}
