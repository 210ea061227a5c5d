import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { native } from '../../../src/native/addon.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** The code and message of the error that a process gets from loading the package there. */
function failure(env: NodeJS.ProcessEnv): string {
  const program = `await import('${root}dist/native/addon.js').then(
    () => console.log('loaded'), (error) => console.log(error.name, error.code, error.message))`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  return stdout;
}

/** A folder of another version, without code in it. */
function otherVersion(): string {
  mkdirSync(path.join(scratch, 'other', 'lib'), { recursive: true });
  writeFileSync(path.join(scratch, 'other', 'lib', 'libtorch_cpu.so'), '');
  writeFileSync(path.join(scratch, 'other', 'build-version'), '2.5.1+cpu');
  return path.join(scratch, 'other');
}

describe('the addon', () => {
  it('says which LibTorch it was built for', () => {
    expect(native.builtFor).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('is not found where LIBTORCH_NODE_ADDON names no file', () => {
    expect(failure({ LIBTORCH_NODE_ADDON: '/nonexistent.node' })).toMatch(
      /^TorchError ERR_ADDON_NOT_FOUND .*\/nonexistent\.node/,
    );
  });

  it('refuses a LibTorch of another version, naming both and the ways out', () => {
    const text = failure({ LIBTORCH: otherVersion() });
    expect(text).toMatch(/^TorchError ERR_LIBTORCH_VERSION /);
    expect(text).toContain(`LibTorch ${native.builtFor} is needed, but LibTorch 2.5.1 was found`);
    expect(text).toContain('Ways out:');
  });

  it('says where it looked when there is no LibTorch', () => {
    const text = failure({ LIBTORCH: scratch });
    expect(text).toMatch(/^TorchError ERR_LIBTORCH_NOT_FOUND /);
    expect(text).toContain(scratch);
  });

  it('explains a LibTorch and an addon that are damaged', () => {
    const damaged = path.join(scratch, 'damaged');
    cpSync(otherVersion(), damaged, { recursive: true });
    writeFileSync(path.join(damaged, 'build-version'), native.builtFor);
    expect(failure({ LIBTORCH: damaged })).toMatch(/^TorchError ERR_LIBTORCH_LOAD .*too short/);
    const addon = path.join(scratch, 'build', 'libtorch_node.node');
    const loader = path.join(root, 'build', 'Release', 'loader');
    cpSync(loader, path.join(scratch, 'build', 'loader'), { recursive: true });
    writeFileSync(addon, 'not a library');
    expect(failure({ LIBTORCH_NODE_ADDON: addon })).toMatch(/^TorchError ERR_ADDON_LOAD /);
  });
});
