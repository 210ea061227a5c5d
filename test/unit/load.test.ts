import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';

import {
  createPool,
  LoadError,
  loadModule,
  loadModuleSync,
  type ModuleInput,
  ones,
  ScriptModule,
  SignatureError,
  type SignedModule,
  type Tensor,
  tensor,
  tensorSchema,
} from '../../src/index.js';
import { fixture, manifest } from '../fixtures/fixtures.js';

const mlp = fixture('mlp');
const bytes = readFileSync(mlp);
const x = ones([1, 16]);
const expected = loadModuleSync(mlp).forwardSync(x).toArray();

function shared(): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.byteLength);
  new Uint8Array(buffer).set(bytes);
  return buffer;
}

function whole(): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function inside(): Uint8Array {
  const room = new Uint8Array(bytes.byteLength + 20).fill(80);
  room.set(bytes, 7);
  return room.subarray(7, 7 + bytes.byteLength);
}

const sources = {
  'a path': () => mlp,
  'a file URL': () => pathToFileURL(mlp),
  'a Buffer': () => bytes,
  'a Uint8Array at an offset': inside,
  'a DataView': () => new DataView(whole()),
  'an ArrayBuffer': whole,
  'a SharedArrayBuffer': shared,
  'a view of a SharedArrayBuffer': () => new Uint8Array(shared()),
};

describe('loadModule', () => {
  it.each(Object.entries(sources))('reads %s', async (_name, make) => {
    using model = await loadModule(make());
    expect(model).toBeInstanceOf(ScriptModule);
    expect(model.format).toBe('torchscript');
    expect(model.forwardSync(x).toArray()).toEqual(expected);
    using same = loadModuleSync(make());
    expect(same.forwardSync(x).toArray()).toEqual(expected);
  });

  it('reads bytes as they were when it was called', async () => {
    const buffer = whole();
    const loading = loadModule(buffer);
    structuredClone(buffer, { transfer: [buffer] });
    using model = await loading;
    expect(model.forwardSync(x).toArray()).toEqual(expected);
  });

  it('rejects with the frames of the caller', async () => {
    async function startOfTheServer(): Promise<void> {
      await loadModule('/no/such/model.pt');
    }
    const error = await startOfTheServer().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LoadError);
    expect(error).toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
    expect((error as Error).message).toContain('/no/such/model.pt');
    expect((error as Error).stack).toMatch(/at (async )?startOfTheServer/);
    expect(() => loadModuleSync('/no/such/model.pt')).toThrow(LoadError);
  });

  it('refuses a wrong source asynchronously too', async () => {
    await expect(loadModule(5 as never)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
    await expect(loadModule('https://host/m.pt')).rejects.toThrow('download it first');
  });

  it.each(Object.values(manifest.files).filter(({ is }) => is !== 'lite'))(
    'says what $file is ($is)',
    async ({ file, is }) => {
      const failure = await loadModule(fixture(file)).then(
        () => null,
        (error: LoadError) => error,
      );
      expect(failure).toBeInstanceOf(LoadError);
      expect(failure?.code).toMatch(/^ERR_(NOT_A_MODULE|LOAD_FAILED|FLATBUFFER_REFUSED)$/);
      expect(failure?.message.length).toBeGreaterThan(20);
      expect(failure?.message).not.toMatch(/0x[0-9a-f]{6}|\.cpp:\d+/);
      expect(() => loadModuleSync(fixture(file))).toThrow(failure!.message);
      const words: Record<string, RegExp> = {
        'state dict': /state dict/i,
        'legacy pickle': /pickle/i,
        export: /torch\.export|pt2/i,
        onnx: /onnx/i,
        safetensors: /safetensors/i,
        empty: /empty/i,
        truncated: /truncated/i,
        directory: /directory/i,
        flatbuffer: /allowFlatbuffer/,
      };
      expect(failure?.message).toMatch(words[is] ?? /./);
    },
  );

  it('reads a flatbuffer when asked to', async () => {
    using model = await loadModule(fixture('flatbuffer.ptl'), { allowFlatbuffer: true });
    expect(model.forwardSync(x).toArray()).toEqual(expected);
  });
});

describe('the options of loadModule', () => {
  it('map tensors to a device', async () => {
    using model = await loadModule(mlp, { device: 'cpu' });
    expect([...model.namedParameters().values()].map(({ device }) => device)).toEqual(
      Array(4).fill('cpu'),
    );
    await expect(loadModule(mlp, { device: 'nowhere' })).rejects.toThrow(/nowhere/);
  });

  it('run in any executor mode, on any pool', async () => {
    using pool = createPool({ threads: 1, intraOpThreads: 1 });
    for (const executor of ['off', 'simple', 'profiling'] as const) {
      using model = await loadModule(mlp, { executor, pool });
      for (let run = 0; run < 3; run++) {
        const y = await model.forward(x);
        expect(y.allclose(tensor(expected as number[][]))).toBe(true);
      }
    }
  });

  it('choose the extra files to read', async () => {
    using all = await loadModule(fixture('extra-files'));
    expect(Object.keys(all.extraFiles).sort()).toEqual(['blob.bin', 'empty', 'labels.txt']);
    expect(String(all.extraFiles['labels.txt'])).toBe('cat\nсобака\n');
    expect([...all.extraFiles['blob.bin']!]).toEqual(Array.from({ length: 256 }, (_, i) => i));
    expect(all.extraFiles.empty?.byteLength).toBe(0);
    using some = await loadModule(fixture('extra-files'), { extraFiles: ['labels.txt'] });
    expect(Object.keys(some.extraFiles)).toEqual(['labels.txt']);
    using none = await loadModule(mlp);
    expect(Object.keys(none.extraFiles)).toEqual([]);
  });

  it('are checked', async () => {
    const wrong = [
      [{ device: 5 }, /device/],
      [{ extraFiles: 'labels.txt' }, /extraFiles/],
      [{ executor: 'fast' }, /executor/],
      [{ allowFlatbuffer: 1 }, /allowFlatbuffer/],
      [{ pool: {} }, /pool/],
      [{ signature: 'image' }, /signature/],
      [{ devise: 'cpu' }, /devise/],
      ['cpu', /options/],
    ] as const;
    for (const [options, message] of wrong) {
      await expect(loadModule(mlp, options as never)).rejects.toThrow(message);
      expect(() => loadModuleSync(mlp, options as never)).toThrow(
        expect.objectContaining({ name: 'TypeError' }),
      );
    }
  });
});

describe('the type of a loaded module', () => {
  const image = tensorSchema({ dtype: 'float32', shape: ['batch', 16] });
  const scores = tensorSchema({ dtype: 'float32', shape: ['batch', 4] });

  it('is open without a signature, and says Tensor unless told otherwise', async () => {
    using model = await loadModule(mlp);
    expectTypeOf(model).toEqualTypeOf<ScriptModule<ModuleInput[], Tensor>>();
    expectTypeOf(model.forward).returns.toEqualTypeOf<Promise<Tensor>>();
    using pair = await loadModule<[Tensor, Tensor]>(mlp, { executor: 'off' });
    expectTypeOf(pair.forwardSync).returns.toEqualTypeOf<[Tensor, Tensor]>();
  });

  it('follows named inputs', async () => {
    using model = await loadModule(mlp, { signature: { inputs: { image }, output: scores } });
    expectTypeOf(model.forward).toEqualTypeOf<
      (image: Tensor<'float32'>) => Promise<Tensor<'float32'>>
    >();
    expectTypeOf(model.forwardSync).parameters.toEqualTypeOf<[Tensor<'float32'>]>();
    using sync = loadModuleSync(mlp, { signature: { inputs: { image }, output: scores } });
    expectTypeOf(sync).toEqualTypeOf(model);
    using copy = await model.clone();
    expectTypeOf(copy).toEqualTypeOf(model);
  });

  it('follows a tuple position by position', async () => {
    const inputs = z.tuple([tensorSchema({ dtype: 'float32' }), z.number()]);
    type Signed = SignedModule<{ inputs: typeof inputs; output: typeof scores }>;
    expectTypeOf<Signed['forward']>().parameters.toEqualTypeOf<[Tensor<'float32'>, number]>();
    await expect(loadModule(mlp, { signature: { inputs, output: scores } })).rejects.toThrow(
      SignatureError,
    );
  });

  it('counts several named inputs, whatever their order', () => {
    const inputs = { b: image, a: z.number() };
    type Signed = SignedModule<{ inputs: typeof inputs; output: typeof scores }>;
    type Either = Tensor<'float32'> | number;
    expectTypeOf<Signed['forward']>().parameters.toEqualTypeOf<[Either, Either]>();
  });
});
