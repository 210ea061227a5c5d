import { describe, expect, it } from 'vitest';
import { type CheckpointValue, load, loadSync, UnknownObject } from '../../../src/index.js';
import { fixture } from '../../fixtures/fixtures.js';
import { caught, rejected } from '../caught.js';

describe('load', () => {
  it('gives null-prototype objects for dicts of names, Maps for others', () => {
    const checkpoint = loadSync(fixture('checkpoint.pt')) as Record<string, CheckpointValue>;
    expect(Object.getPrototypeOf(checkpoint)).toBe(null);
    expect([checkpoint.epoch, checkpoint.model instanceof Map]).toEqual([3, true]);
  });

  it('refuses classes without meaning, or gives records of them', async () => {
    const found = await rejected(load(fixture('pickled-module.pt')));
    expect(found).toMatchObject({ name: 'TorchError', code: 'ERR_UNSUPPORTED_VALUE' });
    expect(found.message).toContain('behaviours.Mlp');
    const record = loadSync(fixture('pickled-module.pt'), { allowUnknownClasses: true });
    expect(record).toBeInstanceOf(UnknownObject);
    const { className, state } = record as UnknownObject;
    expect(className).toBe('behaviours.Mlp');
    const modules = (state as Record<string, Record<string, UnknownObject>>)._modules;
    expect(modules).toBeDefined();
  });

  const refused: readonly (readonly [string, string])[] = [
    ['mlp', 'ERR_UNSUPPORTED_FORMAT'],
    ['model.onnx', 'ERR_UNSUPPORTED_FORMAT'],
    ['arrays.npz', 'ERR_UNSUPPORTED_FORMAT'],
    ['empty.pt', 'ERR_UNSUPPORTED_FORMAT'],
    ['truncated.pt', 'ERR_LOAD_FAILED'],
  ];
  it.each(refused)('refuses %s with %s', async (name, code) => {
    expect(caught(() => loadSync(fixture(name))).code).toBe(code);
    expect((await rejected(load(fixture(name)))).code).toBe(code);
  });

  it('refuses damaged safetensors', () => {
    const make = (header: string, data = 8): Uint8Array => {
      const bytes = Buffer.alloc(8 + header.length + data);
      bytes.writeBigUInt64LE(BigInt(header.length));
      bytes.write(header, 8);
      return bytes;
    };
    const entry = (dtype: string, shape: unknown, offsets: unknown): Uint8Array =>
      make(JSON.stringify({ w: { dtype, shape, data_offsets: offsets } }));
    expect(loadSync(entry('F32', [2], [0, 8]))).toBeInstanceOf(Map);
    const bad = [
      entry('F32', [3], [0, 8]),
      entry('F32', [2], [8, 16]),
      entry('F32', [2], [8, 0]),
      entry('F32', [-2], [0, 8]),
      entry('F32', 'x', [0, 8]),
      entry('F32', [2 ** 53, 2 ** 53], [0, 8]),
      make('{"w":5}'),
      make('{"w"'),
      make('{}').fill(0xff, 0, 4),
    ];
    for (const bytes of bad) {
      expect(caught(() => loadSync(bytes)).code).toMatch(/^ERR_(LOAD_FAILED|UNSUPPORTED_FORMAT)$/);
    }
    expect(caught(() => loadSync(entry('F8_E5M2', [8], [0, 8]))).code).toBe(
      'ERR_UNSUPPORTED_VALUE',
    );
  });

  it('refuses wrong options and sources', async () => {
    const wrong = { map: 'cpu' } as never;
    expect(caught(() => loadSync(fixture('tensor.pt'), wrong)).code).toBe('ERR_UNKNOWN_ARGUMENT');
    expect((await rejected(load(null as never))).message).toContain('load: expected a path');
    expect(caught(() => loadSync('missing.pth')).code).toBe('ERR_FILE_NOT_FOUND');
  });
});
