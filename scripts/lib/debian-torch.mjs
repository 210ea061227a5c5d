/**
 * Debian 12's own PyTorch 1.13, which still writes what phones were shipped with: quantized modules of its time,
 * lite modules, XNNPACK's prepacked weights. Its packages are unpacked into `.cache/debian-torch`, beside the
 * machine's own, without root.
 */
import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from './lock.mjs';
import { inRoot } from './paths.mjs';
import { Stop } from './steps.mjs';

const exec = promisify(execFile);
const package_ = 'python3-torch';
const wanted = '1.13.';
const target = inRoot('.cache', 'debian-torch');
const stampFile = path.join(target, 'stamp.json');
/** Raised when what is unpacked, or how, changes. */
const layout = 1;

/** The C library must be the one of the running kernel's loader: the machine's own. */
const leftOut = /^(libc6|libc-bin)_/;
/** Large, and nothing that Python imports. */
const pruned = ['usr/share', 'var', 'etc'];

/** apt with folders of its own, as if nothing were installed: lists, cache and state are ours. */
function aptOptions(scratch) {
  const state = path.join(scratch, 'state');
  const settings = {
    'Dir::State': state,
    'Dir::State::lists': path.join(state, 'lists'),
    'Dir::State::status': path.join(scratch, 'status'),
    'Dir::Cache': path.join(scratch, 'cache'),
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': '',
    'APT::Install-Recommends': 'false',
    'Acquire::Retries': '3',
    'Acquire::Languages': 'none',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

const why =
  'Files of PyTorch 1.13 are made with the python3-torch of Debian 12 (bookworm), whose packages are unpacked ' +
  'into .cache/debian-torch';

async function command(program, args) {
  try {
    return (await exec(program, args, { maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    throw new Stop(`${why}; it failed: ${program}: ${(error.stderr || error.message).trim()}`);
  }
}

function checkTools() {
  const tools = ['apt-get', 'apt-cache', 'dpkg-deb'];
  const missing = tools.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (missing.length === 0) return;
  throw new Stop(`${why}; this machine has no ${missing.join(', no ')}: run this under Debian 12`);
}

/** The version that apt would install, of which the sources of this machine decide. */
async function candidate(options) {
  const policy = await command('apt-cache', [...options, 'policy', package_]);
  const version = /Candidate: (\S+)/.exec(policy)?.[1] ?? '(none)';
  if (version.startsWith(wanted)) return version;
  throw new Stop(
    `${why}; apt offers ${package_} ${version} here, not ${wanted}x: run this under Debian 12`,
  );
}

async function unpack(archives, root) {
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
  const chosen = files.filter((name) => !leftOut.test(name));
  let next = 0;
  const worker = async () => {
    while (next < chosen.length) {
      await command('dpkg-deb', ['-x', path.join(archives, chosen[next++]), root]);
    }
  };
  await mkdir(root);
  await Promise.all([worker(), worker()]);
  for (const name of pruned) await rm(path.join(root, name), { recursive: true, force: true });
  return chosen.length;
}

async function install(log) {
  checkTools();
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  try {
    const options = aptOptions(scratch);
    const archives = path.join(scratch, 'cache', 'archives');
    await mkdir(path.join(archives, 'partial'), { recursive: true });
    await mkdir(path.join(scratch, 'state', 'lists', 'partial'), { recursive: true });
    await writeFile(path.join(scratch, 'status'), '');
    log("reading apt's package lists");
    await command('apt-get', [...options, '-qq', 'update']);
    const version = await candidate(options);
    log(`downloading ${package_} ${version} and what it needs (about 260 MB)`);
    await command('apt-get', [...options, '-qq', '-y', '--download-only', 'install', package_]);
    log('unpacking them');
    const root = path.join(scratch, 'root');
    const packages = await unpack(archives, root);
    for (const name of ['cache', 'state', 'status']) {
      await rm(path.join(scratch, name), { recursive: true });
    }
    await writeFile(
      path.join(scratch, 'stamp.json'),
      JSON.stringify({ layout, version, packages }),
    );
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function readStamp() {
  try {
    const stamp = JSON.parse(await readFile(stampFile, 'utf8'));
    return stamp.layout === layout ? stamp : null;
  } catch {
    return null;
  }
}

/** Where libraries lie: alternatives (BLAS, LAPACK), which only an installation links, in folders of their own. */
function libraryFolders(root) {
  const usr = path.join(root, 'usr', 'lib');
  const places = [path.join(root, 'lib'), usr].flatMap((folder) => {
    const triplet = path.join(
      folder,
      `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`,
    );
    return [triplet, folder, path.join(triplet, 'blas'), path.join(triplet, 'lapack')];
  });
  return places.filter((place) => existsSync(place));
}

/**
 * Debian's Python with PyTorch 1.13, unpacked when it is not there yet. Rejects with Stop, whose message
 * says why, where that cannot be had.
 * @param {(line: string) => void} [log]
 * @returns {Promise<{ python: string, env: NodeJS.ProcessEnv, version: string }>}
 */
export async function prepareDebianTorch(log = () => {}) {
  if ((await readStamp()) === null) {
    await withLock('debian-torch', async () => {
      if ((await readStamp()) === null) await install(log);
    });
  }
  const { version } = await readStamp();
  const root = path.join(target, 'root');
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: libraryFolders(root).join(path.delimiter),
    PYTHONHOME: path.join(root, 'usr'),
    PYTHONPATH: path.join(root, 'usr', 'lib', 'python3', 'dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
  };
  return { python: path.join(root, 'usr', 'bin', 'python3.11'), env, version };
}
