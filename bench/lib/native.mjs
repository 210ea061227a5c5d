/** The C++ side of the figures: compiled with g++ against the LibTorch that the addon was built with. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { requireForBuild } from '../../scripts/lib/libtorch.mjs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/steps.mjs';

const require = createRequire(import.meta.url);
const sources = inRoot('bench', 'native');
const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror'];

/** The hash of a source, of the headers beside it and of how it is compiled: part of the file name. */
function fingerprint(source, command) {
  const hash = createHash('sha256').update(JSON.stringify(command));
  const headers = readdirSync(sources).filter((name) => name.endsWith('.h'));
  for (const name of [source, ...headers.sort()]) {
    hash.update(readFileSync(path.join(sources, name)));
  }
  return hash.digest('hex').slice(0, 12);
}

async function compile(source, extension, flags) {
  const compiler = process.env.CXX ?? 'g++';
  const input = path.join(sources, source);
  const command = ['-std=c++20', '-O2', '-DNDEBUG', ...warnings, input, ...flags];
  const stem = path.basename(source, '.cc');
  const name = `${stem}-${fingerprint(source, [compiler, ...command])}${extension}`;
  const output = inRoot('build', 'bench', name);
  if (!existsSync(output)) {
    mkdirSync(path.dirname(output), { recursive: true });
    console.error(`compiling ${path.join('bench', 'native', source)}`);
    const unfinished = `${output}.${process.pid}`;
    await run(compiler, [...command, '-o', unfinished], { stdio: ['ignore', 2, 2] });
    renameSync(unfinished, output);
  }
  return output;
}

/** The path of a program of `bench/native`, e.g. 'forward'. */
export async function nativeProgram(name) {
  const { folder, lib } = await requireForBuild();
  const include = path.join(folder, 'include');
  const libtorch = [
    ...['-isystem', include],
    ...['-isystem', path.join(include, 'torch', 'csrc', 'api', 'include')],
    ...[`-L${lib}`, `-Wl,-rpath,${lib}`, '-ltorch_cpu', '-lc10', '-pthread'],
  ];
  return compile(`${name}.cc`, '', name === 'open' ? ['-ldl'] : libtorch);
}

/** The empty addon whose round trip is the measure of ours. */
export async function emptyAddon() {
  const include = require('node-api-headers').include_dir;
  const flags = ['-shared', '-fPIC', '-DNAPI_VERSION=9', '-isystem', include];
  return require(await compile('async_work.cc', '.node', flags));
}
