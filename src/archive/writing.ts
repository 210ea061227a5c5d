import { closeSync, openSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

import { makeError } from '../make-error.js';

/** Bytes for a place of the output. @internal */
export interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** An output of known size, whose pieces come in any order and cover all of it. @internal */
export interface Output {
  readonly size: number;
  pieces(): Iterable<Piece>;
}

function saveFailed(path: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  return makeError('ERR_SAVE_FAILED', `${path}: cannot be written: ${why}`, null, { cause });
}

/** All of an output in memory. @internal */
export function toBytes(output: Output): Uint8Array {
  const whole = new Uint8Array(output.size);
  for (const { at, bytes } of output.pieces()) whole.set(bytes, at);
  return whole;
}

/** Writes an output to a file, which is replaced. @internal */
export async function writeOutput(path: string, output: Output): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'w');
    for (const { at, bytes } of output.pieces()) {
      for (let done = 0; done < bytes.byteLength; ) {
        const left = bytes.byteLength - done;
        done += (await file.write(bytes, done, left, at + done)).bytesWritten;
      }
    }
  } catch (error) {
    throw saveFailed(path, error);
  } finally {
    await file?.close();
  }
}

/** `writeOutput` on this thread. @internal */
export function writeOutputSync(path: string, output: Output): void {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'w');
    for (const { at, bytes } of output.pieces()) {
      for (let done = 0; done < bytes.byteLength; ) {
        done += writeSync(fd, bytes, done, bytes.byteLength - done, at + done);
      }
    }
  } catch (error) {
    throw saveFailed(path, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
