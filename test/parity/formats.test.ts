import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LoadError, loadModule, loadModuleSync, ones } from '../../src/index.js';
import { type FileFixture, fixture, manifest } from '../fixtures/fixtures.js';

/** What the message must say about each kind of file. */
const words: Readonly<Record<string, RegExp>> = {
  'state dict': /state dict.*loadStateDict/s,
  'pickled value': /written by torch\.save/,
  'pickled module': /written by torch\.save/,
  'legacy pickle': /pickle.*torch\.jit/s,
  export: /torch\.export.*torch\.jit/s,
  onnx: /ONNX.*onnxruntime/s,
  safetensors: /safetensors/,
  npz: /\.npz/,
  npy: /\.npy/,
  gguf: /GGUF/,
  hdf5: /HDF5/,
  tflite: /TensorFlow Lite/,
  gzip: /gzip/i,
  'git-lfs pointer': /git lfs pull/,
  html: /HTML page/,
  text: /text file/,
  zip: /zip archive without a module/,
  empty: /empty file/,
  truncated: /truncated/,
  directory: /directory/,
  unknown: /expected a TorchScript module/,
};
const kinds = Object.entries(manifest.files);
const refused = kinds.filter(([, file]) => words[file.is] !== undefined);

function check(error: unknown, { is }: FileFixture, name: string): void {
  expect(error, name).toBeInstanceOf(LoadError);
  expect((error as LoadError).code).toBe('ERR_NOT_A_MODULE');
  expect((error as LoadError).message).toMatch(words[is]!);
  expect((error as LoadError).message).not.toMatch(/\.cpp:\d|miniz|0x[0-9a-f]{6}/);
}

describe('a file that is no TorchScript module', () => {
  it.each(refused)('is named in the error: %s', async (name, file) => {
    const error = await loadModule(fixture(name)).then(
      () => null,
      (reason: unknown) => reason,
    );
    check(error, file, name);
    expect((error as LoadError).message).toContain(fixture(name));
    expect(() => loadModuleSync(fixture(name))).toThrow(words[file.is]);
  });

  it.each(refused.filter(([, file]) => file.is !== 'directory'))(
    'is named when given as bytes: %s',
    async (name, file) => {
      const bytes = new Uint8Array(readFileSync(fixture(name)));
      const error = await loadModule(bytes).catch((reason: unknown) => reason);
      check(error, file, name);
    },
  );

  it('that does not exist is ERR_FILE_NOT_FOUND with its path', async () => {
    const missing = path.join(tmpdir(), 'no-such-model.pt');
    rmSync(missing, { force: true });
    await expect(loadModule(missing)).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
    await expect(loadModule(pathToFileURL(missing))).rejects.toThrow('no-such-model.pt');
  });
});

describe('a damaged TorchScript archive', () => {
  const damaged = kinds.filter(([, { is }]) => is === 'broken' || is === 'newer version');

  it.each(damaged)('is a LoadError: %s', async (name) => {
    await expect(loadModule(fixture(name))).rejects.toBeInstanceOf(LoadError);
    await expect(loadModule(fixture(name))).rejects.toThrow(name);
  });

  it('with an operator that LibTorch does not have is a LoadError that names it', async () => {
    const { operator } = manifest.files['unknown-operator.pt']!;
    const load = loadModule(fixture('unknown-operator.pt'));
    await expect(load).rejects.toMatchObject({ code: 'ERR_LOAD_FAILED' });
    await expect(load).rejects.toThrow(operator);
  });

  it('loads as ever after all those failures', async () => {
    const model = await loadModule(fixture('mlp'));
    expect((await model.forward(ones([1, 16]))).shape).toEqual([1, 4]);
    model.dispose();
  });
});

describe('a module for the lite interpreter', () => {
  it('is told apart from TorchScript', async () => {
    using lite = await loadModule(fixture('lite.ptl'), { format: 'auto' });
    expect(lite.format).toBe('lite');
    using script = await loadModule(fixture('lite.ptl'), { format: 'torchscript' });
    expect(script.format).toBe('torchscript');
    await expect(loadModule(fixture('mlp'), { format: 'lite' })).rejects.toMatchObject({
      code: 'ERR_UNSUPPORTED_FORMAT',
    });
  });

  it('is refused as a flatbuffer unless asked for', async () => {
    await expect(loadModule(fixture('flatbuffer.ptl'))).rejects.toMatchObject({
      code: 'ERR_FLATBUFFER_REFUSED',
    });
  });
});
