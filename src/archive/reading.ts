import { promisify } from 'node:util';
import { inflateRaw, inflateRawSync } from 'node:zlib';

/** What a reading asks of whoever runs it. @internal */
export type ReadRequest =
  | { readonly at: number; readonly length: number }
  | { readonly at: number; readonly into: Uint8Array }
  | { readonly inflate: Uint8Array; readonly length: number };

/**
 * A computation over the bytes of a source that says what it needs and is given it: one text for the
 * asynchronous call and its synchronous twin.
 *
 * @internal
 */
export type Reading<T> = Generator<ReadRequest, T, Uint8Array>;

/** Bytes that can be read at any place; reads stay inside `size`. @internal */
export interface ByteSource {
  readonly size: number;
  /** For error messages: the path, or 'the given bytes'. */
  readonly name: string;
  readSync(at: number, length: number): Uint8Array;
  read(at: number, length: number): Promise<Uint8Array>;
  readIntoSync(at: number, into: Uint8Array): void;
  readInto(at: number, into: Uint8Array): Promise<void>;
  closeSync(): void;
  close(): Promise<void>;
}

/** Bytes at a place. @internal */
export function* readAt(at: number, length: number): Reading<Uint8Array> {
  return yield { at, length };
}

/** Fills `into` with the bytes at a place. @internal */
export function* readInto(at: number, into: Uint8Array): Reading<void> {
  yield { at, into };
}

/** Inflates raw deflate data of a known length. @internal */
export function* inflate(data: Uint8Array, length: number): Reading<Uint8Array> {
  return yield { inflate: data, length };
}

const inflateAsync = promisify(inflateRaw);

function answerSync(source: ByteSource, request: ReadRequest): Uint8Array {
  if ('inflate' in request) {
    return inflateRawSync(request.inflate, { maxOutputLength: Math.max(1, request.length) });
  }
  if ('length' in request) return source.readSync(request.at, request.length);
  source.readIntoSync(request.at, request.into);
  return request.into;
}

async function answer(source: ByteSource, request: ReadRequest): Promise<Uint8Array> {
  if ('inflate' in request) {
    return inflateAsync(request.inflate, { maxOutputLength: Math.max(1, request.length) });
  }
  if ('length' in request) return source.read(request.at, request.length);
  await source.readInto(request.at, request.into);
  return request.into;
}

/** Runs a reading on this thread. @internal */
export function runReadingSync<T>(source: ByteSource, reading: Reading<T>): T {
  let step = reading.next();
  while (!step.done) {
    let given: Uint8Array;
    try {
      given = answerSync(source, step.value);
    } catch (error) {
      step = reading.throw(error);
      continue;
    }
    step = reading.next(given);
  }
  return step.value;
}

/** Runs a reading whose waiting is done off the event loop. @internal */
export async function runReading<T>(source: ByteSource, reading: Reading<T>): Promise<T> {
  let step = reading.next();
  while (!step.done) {
    let given: Uint8Array;
    try {
      given = await answer(source, step.value);
    } catch (error) {
      step = reading.throw(error);
      continue;
    }
    step = reading.next(given);
  }
  return step.value;
}
