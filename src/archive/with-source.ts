import type { ModuleSource as NativeSource } from '../native/types.js';
import { MemorySource, openSource, openSourceSync } from './byte-source.js';
import { type ByteSource, type Reading, runReading, runReadingSync } from './reading.js';

/** Opens a source, runs one reading over it and closes it. @internal */
export async function readSource<T>(
  source: NativeSource,
  makeReading: (source: ByteSource) => Reading<T>,
): Promise<T> {
  const opened = await openSource(source);
  try {
    return await runReading(opened, makeReading(opened));
  } finally {
    await opened.close();
  }
}

/** `readSource` on this thread. @internal */
export function readSourceSync<T>(
  source: NativeSource,
  makeReading: (source: ByteSource) => Reading<T>,
): T {
  const opened = openSourceSync(source);
  try {
    return runReadingSync(opened, makeReading(opened));
  } finally {
    opened.closeSync();
  }
}

function* wholeOf(source: ByteSource): Reading<{ bytes: Uint8Array<ArrayBuffer>; name: string }> {
  const bytes = new Uint8Array(source.size);
  yield { at: 0, into: bytes };
  return { bytes, name: source.name };
}

/** A private copy of a whole source, which nobody else can change; of memory, as it is now. @internal */
export async function takeBytes(source: NativeSource): Promise<MemorySource & Taken> {
  if (!('path' in source)) return takeBytesSync(source);
  const { bytes, name } = await readSource(source, wholeOf);
  return Object.assign(new MemorySource(bytes, name), { whole: bytes });
}

/** `takeBytes` on this thread. @internal */
export function takeBytesSync(source: NativeSource): MemorySource & Taken {
  const { bytes, name } = readSourceSync(source, wholeOf);
  return Object.assign(new MemorySource(bytes, name), { whole: bytes });
}

/** The bytes that were taken. @internal */
export interface Taken {
  readonly whole: Uint8Array<ArrayBuffer>;
}
