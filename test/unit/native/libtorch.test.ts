import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import {
  explainMisses,
  filledFolder,
  librariesOf,
  lookUpLibTorch,
  readLibTorch,
  siblingPackage,
  userFolder,
} from '../../../src/native/libtorch.js';

const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let root: string;
let env: NodeJS.ProcessEnv;

/** A folder that looks like a LibTorch. */
function place(folder: string, files: Record<string, string> = {}): string {
  for (const [name, text] of Object.entries({ 'lib/libtorch_cpu.so': '', ...files })) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

beforeEach(() => {
  root = mkdtempSync(path.join(scratch, 'root-'));
  // No python3 on the PATH, and nothing of this machine.
  env = { PATH: path.join(root, 'bin'), HOME: root };
});

describe('lookUpLibTorch', () => {
  it('finds the folder that LIBTORCH names, also when it holds a torch folder', () => {
    const torch = place(path.join(root, 'site-packages', 'torch'), {
      'version.py': "__version__ = '2.13.0+cpu'\n",
    });
    for (const named of [torch, path.dirname(torch)]) {
      const { libtorch } = lookUpLibTorch({
        root,
        version: '2.13.0',
        env: { ...env, LIBTORCH: named },
      });
      expect(libtorch).toEqual({
        folder: torch,
        lib: path.join(torch, 'lib'),
        version: '2.13.0',
        origin: 'LIBTORCH',
      });
    }
  });

  it('does not fall back when LIBTORCH names nothing or another version', () => {
    place(path.join(filledFolder(root, '2.13.0'), 'torch'), { 'build-version': '2.13.0+cpu' });
    const missing = lookUpLibTorch({ root, version: '2.13.0', env: { ...env, LIBTORCH: root } });
    expect(missing.libtorch).toBeNull();
    expect(missing.misses).toHaveLength(1);
    const old = place(path.join(root, 'old'), { 'build-version': '2.11.0\n' });
    const other = lookUpLibTorch({ root, version: '2.13.0', env: { ...env, LIBTORCH: old } });
    expect(other.libtorch).toBeNull();
    expect(explainMisses('2.13.0', other.misses)).toMatch(
      /^LibTorch 2\.13\.0 is needed, but LibTorch 2\.11\.0 was found/,
    );
  });

  it('prefers the sibling package to Python and Python to the filled folder', () => {
    const filled = place(path.join(filledFolder(root, '2.13.0'), 'torch'), {
      'build-version': '2.13.0',
    });
    const find = () => lookUpLibTorch({ root, version: '2.13.0', env }).libtorch;
    expect(find()).toMatchObject({ origin: 'folder', folder: filled });

    const torch = place(path.join(root, 'python', 'torch'), { 'build-version': '2.13.0' });
    mkdirSync(path.join(root, 'bin'));
    const answer = JSON.stringify([torch, [path.dirname(torch)]]);
    writeFileSync(path.join(root, 'bin', 'python3'), `#!/bin/sh\necho '${answer}'\n`, {
      mode: 0o755,
    });
    expect(find()).toMatchObject({ origin: 'python', folder: torch });

    const sibling = place(path.join(root, 'node_modules', siblingPackage), {
      'package.json': '{ "libtorch": "2.13.0" }',
    });
    expect(find()).toMatchObject({ origin: 'package', folder: sibling });
  });

  it('finds the sibling package in the layouts of npm and pnpm', () => {
    const files = { 'package.json': '{ "libtorch": "2.13.0" }' };
    const find = (folder: string) => {
      return lookUpLibTorch({ root: folder, version: '2.13.0', env }).libtorch?.folder;
    };
    const modules = path.join(root, 'hoisted', 'node_modules');
    const hoisted = place(path.join(modules, siblingPackage), files);
    mkdirSync(path.join(modules, 'libtorch-node'));
    expect(find(path.join(modules, 'libtorch-node'))).toBe(realpathSync(hoisted));

    const store = path.join(root, 'project', 'node_modules', '.pnpm');
    const real = place(path.join(store, 'sibling@2', 'node_modules', siblingPackage), files);
    const main = path.join(store, 'main@1', 'node_modules', 'libtorch-node');
    mkdirSync(main, { recursive: true });
    symlinkSync(real, path.join(main, '..', siblingPackage));
    symlinkSync(main, path.join(root, 'project', 'node_modules', 'libtorch-node'));
    const linked = path.join(root, 'project', 'node_modules', 'libtorch-node');
    expect(realpathSync(find(linked) ?? '')).toBe(realpathSync(real));
  });

  it('looks last in the folder that the command line fills', () => {
    const filled = place(userFolder('2.13.0', 'cpu', env), { 'build-version': '2.13.0+cpu' });
    expect(filled.startsWith(root)).toBe(true);
    const { libtorch, misses } = lookUpLibTorch({ root, version: '2.13.0', env });
    expect(libtorch).toMatchObject({ origin: 'folder', folder: filled });
    expect(misses).toHaveLength(3);
  });

  it('passes over what is of another version or has no headers to compile against', () => {
    const filled = place(path.join(filledFolder(root, '2.13.0'), 'torch'), {
      'include/torch/headeronly/version.h': '#define TORCH_VERSION \\\n  "2.13.0"\n',
    });
    place(path.join(root, 'node_modules', siblingPackage), { 'build-version': '2.12.0' });
    const found = lookUpLibTorch({ root, version: '2.13.0', env });
    expect(found.libtorch).toMatchObject({ folder: filled, version: '2.13.0' });
    expect(found.misses[0]).toMatchObject({ found: { version: '2.12.0' } });
    const toCompile = lookUpLibTorch({ root, version: '2.13.0', env, headers: true });
    expect(toCompile.libtorch).toBeNull();
    expect(toCompile.misses.at(-2)?.problem).toContain('no headers');
  });

  it('says every place and every way out when there is none', () => {
    const { libtorch, misses } = lookUpLibTorch({ root, version: '2.13.0', env });
    expect(libtorch).toBeNull();
    const text = explainMisses('2.13.0', misses);
    expect(text).toMatch(/^LibTorch 2\.13\.0 was not found/);
    for (const part of [
      siblingPackage,
      'python3',
      filledFolder(root, '2.13.0'),
      'LIBTORCH',
      'npm install',
    ]) {
      expect(text).toContain(part);
    }
  });
});

describe('readLibTorch', () => {
  it('gives no version where no file tells', () => {
    expect(readLibTorch(place(path.join(root, 'bare')), 'LIBTORCH')?.version).toBeNull();
    expect(readLibTorch(root, 'LIBTORCH')).toBeNull();
  });
});

describe('librariesOf', () => {
  it('lists what is there, in the order of dependence', () => {
    const folder = place(path.join(root, 'torch'), {
      'lib/libtorch.so': '',
      'lib/libc10.so': '',
      'lib/libtorch_python.so': '',
    });
    expect(librariesOf(path.join(folder, 'lib')).map((file) => path.basename(file))).toEqual([
      'libc10.so',
      'libtorch_cpu.so',
      'libtorch.so',
    ]);
  });
});
