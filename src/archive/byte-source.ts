import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { makeError } from '../make-error.js';
import type { ModuleSource as NativeSource } from '../native/types.js';
import type { ByteSource } from './reading.js';

const LONGEST_READ = 2 ** 30;
// Without it, opening a pipe waits for a writer.
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Bytes in memory, read in place. @internal */
export class MemorySource implements ByteSource {
  readonly size: number;
  readonly name: string;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, name = 'the given bytes') {
    this.bytes = bytes;
    this.size = bytes.byteLength;
    this.name = name;
  }

  readSync(at: number, length: number): Uint8Array {
    return this.bytes.subarray(at, at + length);
  }
  async read(at: number, length: number): Promise<Uint8Array> {
    return this.readSync(at, length);
  }
  readIntoSync(at: number, into: Uint8Array): void {
    into.set(this.bytes.subarray(at, at + into.byteLength));
  }
  async readInto(at: number, into: Uint8Array): Promise<void> {
    this.readIntoSync(at, into);
  }
  closeSync(): void {}
  async close(): Promise<void> {}
}

function shorter(path: string): Error {
  return makeError('ERR_LOAD_FAILED', `${path}: the file became shorter while it was read`);
}

/** A file, read in pieces. @internal */
class FileSource implements ByteSource {
  readonly size: number;
  readonly name: string;
  private readonly fd: number;
  private readonly handle: FileHandle | null;

  constructor(name: string, size: number, fd: number, handle: FileHandle | null) {
    this.name = name;
    this.size = size;
    this.fd = fd;
    this.handle = handle;
  }

  readSync(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.readIntoSync(at, bytes);
    return bytes;
  }
  async read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    await this.readInto(at, bytes);
    return bytes;
  }
  readIntoSync(at: number, into: Uint8Array): void {
    for (let done = 0; done < into.byteLength; ) {
      const wanted = Math.min(into.byteLength - done, LONGEST_READ);
      const count = readSync(this.fd, into, done, wanted, at + done);
      if (count === 0) throw shorter(this.name);
      done += count;
    }
  }
  async readInto(at: number, into: Uint8Array): Promise<void> {
    if (this.handle === null) {
      this.readIntoSync(at, into);
      return;
    }
    for (let done = 0; done < into.byteLength; ) {
      const wanted = Math.min(into.byteLength - done, LONGEST_READ);
      const { bytesRead } = await this.handle.read(into, done, wanted, at + done);
      if (bytesRead === 0) throw shorter(this.name);
      done += bytesRead;
    }
  }
  closeSync(): void {
    closeSync(this.fd);
  }
  async close(): Promise<void> {
    await this.handle?.close();
  }
}

function openFailed(path: string, cause: unknown): Error {
  const code = (cause as { code?: unknown }).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return makeError('ERR_FILE_NOT_FOUND', `${path}: no such file`, null, { cause });
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  return makeError('ERR_LOAD_FAILED', `${path}: cannot be read: ${why}`, null, { cause });
}

function checkKind(path: string, stat: { isFile(): boolean; isDirectory(): boolean }): void {
  if (stat.isFile()) return;
  const kind = stat.isDirectory() ? 'a directory' : 'a device or pipe';
  throw makeError('ERR_NOT_A_MODULE', `${path}: expected a file, got ${kind}`);
}

function isPath(source: NativeSource): source is { readonly path: string } {
  return 'path' in source;
}

function memoryOf(source: Exclude<NativeSource, { path: string }>): MemorySource {
  return new MemorySource(new Uint8Array(source.buffer, source.byteOffset, source.byteLength));
}

/** Opens a checked source for synchronous reading; the caller closes it. @internal */
export function openSourceSync(source: NativeSource): ByteSource {
  if (!isPath(source)) return memoryOf(source);
  const { path } = source;
  let fd: number;
  try {
    fd = openSync(path, FLAGS);
  } catch (error) {
    throw openFailed(path, error);
  }
  try {
    const stat = fstatSync(fd);
    checkKind(path, stat);
    return new FileSource(path, stat.size, fd, null);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Opens a checked source; the caller closes it. @internal */
export async function openSource(source: NativeSource): Promise<ByteSource> {
  if (!isPath(source)) return memoryOf(source);
  const { path } = source;
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS);
  } catch (error) {
    throw openFailed(path, error);
  }
  try {
    const stat = await handle.stat();
    checkKind(path, stat);
    return new FileSource(path, stat.size, handle.fd, handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}
