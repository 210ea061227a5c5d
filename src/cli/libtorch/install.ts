import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pinnedVersion, readLibTorch, userFolder } from '../../native/libtorch.js';
import { UsageError } from '../failure.js';
import { note, print } from '../terminal.js';
import { type Build, findBuild } from './builds.js';
import { download } from './download.js';
import { unpack } from './unpack.js';

/** What the command line says. */
export interface InstallOptions {
  readonly cuda?: string;
  readonly to?: string;
  readonly pip?: boolean;
  readonly url?: string;
  readonly sha256?: string;
}

async function fromArchive(build: Build, options: InstallOptions, folder: string): Promise<void> {
  const sha256 = (options.sha256 ?? build.sha256)?.toLowerCase();
  if (sha256 === undefined) {
    throw new UsageError(
      `No checksum is pinned for ${build.name}: give the one you trust with --sha256, or install with --pip`,
    );
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UsageError(`--sha256 is '${sha256}', expected 64 hexadecimal digits`);
  }
  // Beside the folder and named after the checksum: an interrupted download is found again.
  const archive = `${folder}.${sha256.slice(0, 16)}.partial`;
  await download(options.url ?? build.url, archive, sha256);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    await unpack(archive, temporary);
    await takePlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  await rm(archive);
}

async function fromPip(build: Build, folder: string): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  const args = ['-m', 'pip', 'install', '--target', temporary, '--index-url', build.index];
  args.push(
    ...(build.name === 'cpu' ? ['--no-deps'] : []),
    `torch==${pinnedVersion}+${build.name}`,
  );
  try {
    const code = await new Promise<number | null>((settle, reject) => {
      const child = spawn('python3', args, { stdio: ['ignore', 2, 2] });
      child.on('error', reject);
      child.on('close', settle);
    });
    if (code !== 0) throw new Error(`python3 ${args.join(' ')} ended with ${code}`);
    await takePlace(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Only a complete LibTorch of the right version gets its final name. */
async function takePlace(temporary: string, folder: string): Promise<void> {
  const found = readLibTorch(temporary, 'folder');
  if (found === null) throw new Error('The archive has no lib/libtorch_cpu.so');
  if (found.version !== pinnedVersion) {
    throw new Error(`The archive is LibTorch ${found.version}, expected ${pinnedVersion}`);
  }
  if (existsSync(folder)) await rm(folder, { recursive: true });
  await rename(temporary, folder);
}

/** Puts LibTorch into a folder, and says how it is used from there. */
export async function install(options: InstallOptions): Promise<void> {
  const name = options.cuda ?? 'cpu';
  if (!/^(?:cpu|cu\d{3})$/.test(name)) {
    throw new UsageError(`--cuda is '${name}', expected a version as PyTorch writes it: cu130`);
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new UsageError(
      `There is no archive for ${process.platform}-${process.arch}, only linux-x64`,
    );
  }
  const folder = options.to ? resolve(options.to) : userFolder(pinnedVersion, name);
  const there = readLibTorch(folder, 'folder');
  if (there?.version === pinnedVersion) {
    note(`${folder} has LibTorch ${pinnedVersion} already`);
  } else {
    if (existsSync(folder) && readdirSync(folder).length > 0) {
      throw new UsageError(`${folder} is not empty, and has no LibTorch ${pinnedVersion}`);
    }
    await mkdir(dirname(folder), { recursive: true });
    const build = findBuild(name);
    await (options.pip ? fromPip(build, folder) : fromArchive(build, options, folder));
  }
  const isFound = folder === userFolder(pinnedVersion);
  print([
    `LibTorch ${pinnedVersion} (${name}): ${folder}`,
    isFound ? 'libtorch-node finds it there.' : `To use it: export LIBTORCH='${folder}'`,
  ]);
  if (name !== 'cpu' && !options.pip) {
    note(
      "PyTorch's CUDA archives have none of NVIDIA's libraries: the CUDA runtime, cuBLAS, cuDNN 9, cuSPARSELt, NCCL and " +
        'NVSHMEM must be where the loader looks (LD_LIBRARY_PATH). With --pip they come along.',
    );
  }
}
