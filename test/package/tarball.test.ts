import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixture } from '../fixtures/fixtures.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = createRequire(import.meta.url)('../../package.json') as {
  version: string;
  bin?: Record<string, string>;
};
const consumer = mkdtempSync(path.join(tmpdir(), 'libtorch-node-'));
const installed = path.join(consumer, 'node_modules', 'libtorch-node');
let packed: string[];

/** Runs in the consumer's folder, with the addon and the LibTorch of this checkout. */
function run(program: string, args: readonly string[]): string {
  const filled = path.join(root, '.libtorch', '2.13.0-cpu', 'torch');
  return execFileSync(program, args, {
    cwd: consumer,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      LIBTORCH_NODE_ADDON: path.join(root, 'build', 'Release', 'libtorch_node.node'),
      ...(!process.env.LIBTORCH && existsSync(filled) && { LIBTORCH: filled }),
    },
  });
}

/** What `npm install` of the tarball leaves, without a registry. */
beforeAll(() => {
  const json = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [{ filename, files }] = JSON.parse(json) as [
    { filename: string; files: { path: string }[] },
  ];
  packed = files.map((file) => file.path);
  mkdirSync(installed, { recursive: true });
  const tarball = path.join(consumer, filename);
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  for (const name of ['zod', 'node-gyp-build', '@types']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(consumer, 'node_modules', name));
  }
  writeFileSync(path.join(consumer, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(consumer, { recursive: true }));

describe('the packed tarball', () => {
  it('holds the compiled package, its licence and its changes, and nothing to build from', () => {
    for (const name of [
      'package.json',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'dist/libtorch-node.js',
      'dist/cli.js',
      'dist/image.js',
      'dist/cli-licenses.txt',
      'dist/index.d.ts',
      'dist/observers/histogram.pt',
      'dist/observers/weight_per_channel.pt',
    ]) {
      expect(packed).toContain(name);
    }
    const expected =
      /^(dist\/(libtorch-node|image|cli)\.js(\.map)?|dist\/observers\/\w+\.pt|dist\/cli-licenses\.txt|dist\/(?!cli\/).+\.d\.ts|prebuilds\/.+\.node|[A-Za-z]+\.(md|json)|LICENSE)$/;
    expect(packed.filter((name) => !expected.test(name))).toEqual([]);
  });

  it('has notes on the changes of its version', () => {
    const text = readFileSync(path.join(installed, 'CHANGELOG.md'), 'utf8');
    expect(text).toMatch(new RegExp(`^## \\[(Unreleased|${manifest.version})\\]`, 'm'));
  });

  it('is imported and required as the same module', () => {
    const program = `
      import { createRequire } from 'node:module';
      import * as torch from 'libtorch-node';
      const required = createRequire(import.meta.url)('libtorch-node');
      console.log(torch.tensor([1, 2]).toString(), required.tensor === torch.tensor);`;
    writeFileSync(path.join(consumer, 'program.mjs'), program);
    expect(run(process.execPath, ['program.mjs']).trim()).toBe('tensor([1., 2.]) true');
  });

  it('has an entry for images that shares its tensors and errors, and loads sharp when it is needed', () => {
    const program = `
      import { Tensor, TorchError } from 'libtorch-node';
      import { decodeImage, imageToTensor } from 'libtorch-node/image';
      const image = { data: new Uint8Array(12), width: 2, height: 2 };
      console.log(imageToTensor(image) instanceof Tensor);
      await decodeImage(new Uint8Array(1)).catch((error) => {
        console.log(error instanceof TorchError, error.code);
      });`;
    writeFileSync(path.join(consumer, 'images.mjs'), program);
    const expected = 'true\ntrue ERR_MISSING_SHARP\n';
    expect(run(process.execPath, ['images.mjs'])).toBe(expected);
  });

  it('exports only its entries and its manifest', () => {
    const program = `
      await import('libtorch-node/dist/native/addon.js').catch((error) => console.log(error.code));
      console.log((await import('libtorch-node/package.json', { with: { type: 'json' } })).default.name);`;
    writeFileSync(path.join(consumer, 'inner.mjs'), program);
    const flags = ['--no-warnings', 'inner.mjs'];
    expect(run(process.execPath, flags)).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED\nlibtorch-node\n');
  });

  it('has a command line that needs nothing but its peers', () => {
    const { bin } = JSON.parse(readFileSync(path.join(installed, 'package.json'), 'utf8')) as {
      bin: Record<string, string>;
    };
    const program = path.join(installed, bin['libtorch-node'] as string);
    const cli = (...args: string[]): string => run(process.execPath, [program, ...args]);
    expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(cli('--version')).toBe(`${manifest.version}\n`);
    expect(cli('inspect', fixture('mlp'))).toContain('forward(x: Tensor) -> Tensor');
    expect(cli('types', fixture('mlp'))).toContain('export const mlpSignature');
    expect(cli('run', fixture('mlp'), '-i', 'ones:1x16')).toMatch(/float32 {2}\[1, 4\]/);
    expect(cli('doctor')).toContain(`libtorch-node   ${manifest.version} in ${consumer}`);
    // Without sharp, an image is refused with the way out.
    const image = path.join(consumer, 'image.png');
    writeFileSync(image, '\x89PNG\r\n\x1a\n', 'latin1');
    expect(() => cli('run', fixture('mlp'), '-i', image)).toThrow(/npm install sharp/);
  });

  it('names the licences of what its command line contains', () => {
    const text = readFileSync(path.join(installed, 'dist', 'cli-licenses.txt'), 'utf8');
    for (const name of ['commander', 'cli-table3', 'cli-progress', 'string-width']) {
      expect(text).toMatch(new RegExp(`^${name} \\d.*\\(MIT\\)$`, 'm'));
    }
  });

  it('has types that a strict consumer can compile against', () => {
    writeFileSync(
      path.join(consumer, 'program.ts'),
      `import { loadModule, type Tensor, tensor } from 'libtorch-node';
       import { decodeImage, imagenet } from 'libtorch-node/image';
       export const x: Tensor<'float32'> = tensor([1, 2], { dtype: 'float32' });
       export const image: Tensor<'float32'> = await decodeImage('photo.jpg', imagenet);
       export const model = await loadModule('model.pt');`,
    );
    const options = { strict: true, noEmit: true, module: 'nodenext', target: 'es2023' };
    const compilerOptions = { ...options, lib: ['es2023', 'esnext.disposable'], types: ['node'] };
    writeFileSync(
      path.join(consumer, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['program.ts'] }),
    );
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(run(process.execPath, [tsc, '-p', '.'])).toBe('');
  });
});
