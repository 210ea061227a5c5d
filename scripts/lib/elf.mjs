/** What a shared library asks of the system, as binutils' objdump tells. */
import { execFileSync } from 'node:child_process';

const options = { encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, LC_ALL: 'C' } };

/** Needed libraries, run path, flags of dynamic linking, and the newest version of each kind of symbol. */
export function readElf(file) {
  const dynamic = execFileSync('objdump', ['-p', file], options);
  const entries = [...dynamic.matchAll(/^ {2}([A-Z_0-9]+) +(\S.*)$/gm)];
  const valuesOf = (name) => entries.filter(([, key]) => key === name).map(([, , value]) => value);
  const flags = Number(valuesOf('FLAGS_1')[0] ?? 0);
  const table = execFileSync('objdump', ['-t', file], options);
  return {
    needed: valuesOf('NEEDED'),
    runPath: (valuesOf('RUNPATH')[0] ?? '').split(':').filter(Boolean),
    rpath: valuesOf('RPATH'),
    bindsNow: (flags & 0x1) !== 0,
    staysLoaded: (flags & 0x8) !== 0,
    isStripped: table.includes('no symbols'),
    newest: newestVersions(requiredSymbols(file)),
  };
}

/** What the system must have, each with its version: { kind: 'GLIBC', version: '2.17', name: 'clock_gettime' }. */
export function requiredSymbols(file) {
  const symbols = execFileSync('objdump', ['-T', file], options);
  const pattern = /\*UND\*.*\((GLIBC|GLIBCXX|CXXABI|GCC)_([\d.]+)\)\s+(\S+)/g;
  return [...symbols.matchAll(pattern)].map(([, kind, version, name]) => ({ kind, version, name }));
}

/** The newest versions asked for, e.g. { GLIBC: { version: '2.17', names } }, each with its symbols. */
function newestVersions(symbols) {
  const newest = {};
  for (const { kind, version, name } of symbols) {
    const order = newest[kind] ? compareVersions(version, newest[kind].version) : 1;
    if (order > 0) newest[kind] = { version, names: [name] };
    else if (order === 0) newest[kind].names.push(name);
  }
  return newest;
}

/** Negative, 0 or positive, as a comparison of numbers. */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
