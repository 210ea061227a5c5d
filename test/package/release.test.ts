import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { pinnedVersion, siblingPackage } from '../../src/native/libtorch.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly libtorch: string;
  readonly gypfile?: boolean;
  readonly files: string[];
  readonly scripts?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const manifestOf = (...folder: string[]): Manifest => {
  return JSON.parse(readFileSync(path.join(root, ...folder, 'package.json'), 'utf8')) as Manifest;
};
const script = (name: string): string => {
  return pathToFileURL(path.join(root, 'scripts', name)).href;
};
const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];

describe('what is published', () => {
  const manifest = manifestOf();
  const sibling = manifestOf('packages', siblingPackage);

  it('runs nothing when it is installed, in a checkout neither', () => {
    expect(manifest.gypfile).toBe(false);
    for (const name of hooks) expect(Object.keys(manifest.scripts ?? {})).not.toContain(name);
    // Before which npm would run `prebuild`.
    expect(manifest.scripts).not.toHaveProperty('build');
    expect(sibling.scripts).toBeUndefined();
  });

  it('names the package of LibTorch that the look-up knows', async () => {
    const { publishedManifest } = (await import(script('pack-packages.mjs'))) as {
      publishedManifest(manifest: Manifest, sibling: Manifest): Manifest;
    };
    expect(sibling).toMatchObject({
      name: siblingPackage,
      version: pinnedVersion,
      libtorch: pinnedVersion,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['glibc'],
    });
    const published = publishedManifest(manifest, sibling);
    expect(published.optionalDependencies).toEqual({ [siblingPackage]: pinnedVersion });
    expect(published.scripts).toBeUndefined();
    expect(published.devDependencies).toBeUndefined();
    expect(published.files).toContain('prebuilds');
  });
});

describe('verify-prebuild', () => {
  it('would find no symbol newer than the floor that cpp/portable does not pass on', async () => {
    const { compareVersions, requiredSymbols } = (await import(script('lib/elf.mjs'))) as {
      compareVersions(a: string, b: string): number;
      requiredSymbols(file: string): { kind: string; version: string; name: string }[];
    };
    const { floor } = (await import(script('verify-prebuild.mjs'))) as {
      floor: Record<string, string>;
    };
    const passedOn = readFileSync(path.join(root, 'cpp/portable/glibc_floor.cc'), 'utf8');
    // Those of systems newer than Debian 12 concern nobody: binaries are not made there.
    const newest: Record<string, string> = { GLIBC: '2.36', GLIBCXX: '3.4.30' };
    const missing = requiredSymbols(path.join(root, 'build/Release/libtorch_node.node'))
      .filter(({ kind, version }) => compareVersions(version, floor[kind] ?? '0') > 0)
      .filter(({ kind, version }) => compareVersions(version, newest[kind] ?? '0') <= 0)
      .filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(passedOn))
      .map(({ name }) => name);
    expect(missing).toEqual([]);
  });

  it('finds what keeps a binary from running elsewhere', async () => {
    const { problemsOf } = (await import(script('verify-prebuild.mjs'))) as {
      problemsOf(wanted: { file: string; needs: string[]; most: number }): { problems: string[] };
    };
    const file = path.join(scratch, 'addon.node');
    copyFileSync(path.join(root, 'build', 'Release', 'libtorch_node.node'), file);
    const needs = ['libtorch_cpu.so', 'libc10.so'];
    const built = problemsOf({ file, needs, most: 1 }).problems;
    expect(built).toContain('is not stripped');
    expect(built.join()).toContain('bytes, at most 1');
    expect(built.join()).not.toMatch(/-z now|-z nodelete|RPATH|looks in|needs lib/);
    execFileSync('strip', ['--strip-all', file]);
    const stripped = problemsOf({ file, needs: [], most: 1e8 }).problems;
    expect(stripped).not.toContain('is not stripped');
    expect(stripped).toContain('needs libtorch_cpu.so');
  });
});

describe('a package without a binary for this system', () => {
  const folder = path.join(scratch, 'libtorch-node');
  const importIt = (...flags: string[]): string => {
    const program = `
      await import(${JSON.stringify(pathToFileURL(path.join(folder, 'dist/libtorch-node.js')).href)})
        .catch((error) => console.log(error.code, error.message));`;
    const args = [...flags, '--input-type=module', '-e', program];
    const { LIBTORCH_NODE_ADDON: _addon, ...env } = process.env;
    return execFileSync(process.execPath, args, { encoding: 'utf8', env });
  };

  it('says so in one error, and on musl that there is no LibTorch for it', () => {
    mkdirSync(path.join(folder, 'dist'), { recursive: true });
    cpSync(path.join(root, 'package.json'), path.join(folder, 'package.json'));
    for (const name of ['libtorch-node.js', 'cli.js']) {
      cpSync(path.join(root, 'dist', name), path.join(folder, 'dist', name));
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    expect(importIt()).toMatch(/^ERR_ADDON_NOT_FOUND .*no binary for linux-/);
    // What Node reports there: no version of glibc.
    const musl = 'data:text/javascript,process.report.getReport = () => ({ header: {} });';
    expect(importIt(`--import=${musl}`)).toMatch(/^ERR_UNSUPPORTED_PLATFORM .*musl.*glibc image/);
  });
});
