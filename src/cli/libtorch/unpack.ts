import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { readSource } from '../../archive/with-source.js';
import { readZipDirectory, type ZipEntry } from '../../archive/zip-directory.js';
import { showProgress } from '../progress.js';

const libraries = /^(?:torch|libtorch)\/(lib\/lib[^/]+\.so[^/]*|version\.py|build-version)$/;
const licences = /^[^/]+\.dist-info\/(licenses\/.+)$/;
/** Python's own, and those of PyTorch's tests. */
const unneeded =
  /lib(?:torch_python|shm|jitbackend_test|torchbind_test|backend_with_compiler|aoti_)/;

/** Where an entry goes, or null when it is not needed at run time. */
export function targetOf(name: string): string | null {
  const target = libraries.exec(name)?.[1] ?? licences.exec(name)?.[1];
  if (target === undefined || target.endsWith('/') || unneeded.test(target)) return null;
  return target.split('/').includes('..') ? null : target;
}

const LOCAL_SIZE = 30;

async function contentAt(archive: string, entry: ZipEntry): Promise<number> {
  const handle = await open(archive);
  try {
    const head = Buffer.alloc(LOCAL_SIZE);
    await handle.read(head, 0, LOCAL_SIZE, entry.headerAt);
    return entry.headerAt + LOCAL_SIZE + head.readUInt16LE(26) + head.readUInt16LE(28);
  } finally {
    await handle.close();
  }
}

async function unpackEntry(archive: string, entry: ZipEntry, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const output = createWriteStream(file, { mode: file.includes('.so') ? 0o755 : 0o644 });
  const start = await contentAt(archive, entry);
  // A range of no bytes cannot be said.
  if (entry.compressedSize === 0) return void output.end();
  const input = createReadStream(archive, { start, end: start + entry.compressedSize - 1 });
  await pipeline(input, entry.method === 8 ? createInflateRaw() : new PassThrough(), output);
}

/** Unpacks the libraries and licences of a wheel, or of LibTorch's archive, into a folder. */
export async function unpack(archive: string, folder: string): Promise<void> {
  const entries = await readSource({ path: archive }, readZipDirectory);
  const wanted = entries.flatMap((entry) => {
    const target = targetOf(entry.name);
    return target === null ? [] : [{ entry, target }];
  });
  const progress = showProgress('unpack', wanted.length);
  try {
    for (const { entry, target } of wanted) {
      await unpackEntry(archive, entry, join(folder, target));
      progress.step(target);
    }
  } finally {
    progress.stop();
  }
}
