/**
 * What torchvision's operators and scripted detectors give, for the parity tests: written into
 * `.cache/vision` by Python with the pinned LibTorch's own torch, anew only when a generator changed.
 *
 *     node scripts/torchvision.mjs
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findPython, prepareFixtures, pythonEnvironment, torchFolder } from './fixtures.mjs';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { main, Stop } from './lib/steps.mjs';

const exec = promisify(execFile);

const generators = inRoot('test', 'parity', 'vision');
const target = inRoot('.cache', 'vision');

/** The torchvision that belongs to a torch: 0.15 came with 2.0, and so on. */
export function torchvisionFor(torch) {
  const minor = Number(/^2\.(\d+)/.exec(torch)?.[1]);
  return `0.${minor + 15}.0`;
}

async function torchVersion(folder) {
  const text = await readFile(path.join(folder, 'torch', 'version.py'), 'utf8');
  return /__version__ = '([^']+)'/.exec(text)?.[1] ?? '';
}

/**
 * Empty stand-ins for the CUDA libraries that torchvision's published binary asks for, where torch is
 * a build for the CPU: nothing calls them there.
 */
async function makeStandIns(extension, folder) {
  const { stdout } = await exec('nm', ['-D', '--undefined-only', extension]);
  const names = [...stdout.matchAll(/ U (\S+)/g)].map(([, name]) => name);
  const runtime = names.map((name) => /^(\w+)@(libcudart\.so\.\d+)/.exec(name)).filter(Boolean);
  const libraries = [
    ['libc10_cuda.so', names.filter((name) => /^_ZN?K?(2at|3c10)4cuda/.test(name))],
    ['libtorch_cuda.so', []],
  ];
  for (const file of new Set(runtime.map(([, , library]) => library))) {
    libraries.push([file, runtime.filter(([, , library]) => library === file).map(([, n]) => n)]);
  }
  await mkdir(folder);
  for (const [file, symbols] of libraries) {
    const source = path.join(folder, `${file}.c`);
    const versions = path.join(folder, `${file}.map`);
    const functions = symbols.map((name) => `void *${name}(void) { return 0; }`);
    await writeFile(source, `${functions.join('\n')}\nint stand_in;\n`);
    await writeFile(versions, `${file} { global: *; };\n`);
    const link = [`-Wl,-soname,${file}`];
    if (file.startsWith('libcudart')) link.push(`-Wl,--version-script=${versions}`);
    await exec('cc', ['-shared', '-fPIC', '-w', '-o', path.join(folder, file), source, ...link]);
  }
}

async function fingerprint(folder) {
  const hash = createHash('sha256').update(`${folder} ${await torchVersion(folder)}`);
  const names = (await readdir(generators)).filter((name) => name.endsWith('.py')).sort();
  for (const name of names) hash.update(name).update(await readFile(path.join(generators, name)));
  hash.update(await readFile(fileURLToPath(import.meta.url)));
  return hash.digest('hex');
}

async function make(folder, stamp, log) {
  const { python } = await findPython(folder);
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(`${target}-`);
  try {
    const version = torchvisionFor(await torchVersion(folder));
    log(`installing torchvision ${version}`);
    const packages = path.join(scratch, 'packages');
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
    await exec(python, [...pip, '--target', packages, `torchvision==${version}`, 'pillow']);
    const environment = pythonEnvironment(folder);
    const env = {
      ...environment,
      PYTHONPATH: [environment.PYTHONPATH, packages].filter(Boolean).join(path.delimiter),
    };
    if (!existsSync(path.join(folder, 'torch', 'lib', 'libc10_cuda.so'))) {
      const standIns = path.join(scratch, 'stand-ins');
      await makeStandIns(path.join(packages, 'torchvision', '_C.so'), standIns);
      env.LD_LIBRARY_PATH = [standIns, env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter);
    }
    log("calling torchvision's operators and scripting its detectors");
    const program = path.join(generators, 'vision.py');
    await exec(python, ['-W', 'ignore', program, scratch], { env, maxBuffer: 2 ** 26 });
    await rm(packages, { recursive: true });
    await writeFile(path.join(scratch, 'stamp'), stamp);
    await rm(target, { recursive: true, force: true });
    await rename(scratch, target);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw new Stop(`torchvision's results could not be made\n${error.stderr || error.message}`);
  }
}

/**
 * The folder with the results; makes it where it is missing or its generators changed.
 * @param {(line: string) => void} [log]
 * @returns {Promise<string>}
 */
export async function prepareVision(log = () => {}) {
  await prepareFixtures(log);
  const folder = torchFolder();
  if (folder === null) throw new Stop('torchvision needs the torch that is set up: npm run setup');
  const stamp = await fingerprint(folder);
  return withLock('vision', async () => {
    const known = await readFile(path.join(target, 'stamp'), 'utf8').catch(() => '');
    if (known !== stamp) await make(folder, stamp, log);
    return target;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => console.log(await prepareVision(console.log)));
}
