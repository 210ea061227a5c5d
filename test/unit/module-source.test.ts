import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

import { toNativeSource } from '../../src/module/source.js';

const bytes = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);

describe('toNativeSource', () => {
  it('takes a path and a file URL', () => {
    expect(toNativeSource('models/mlp.pt')).toEqual({ path: 'models/mlp.pt' });
    expect(toNativeSource(pathToFileURL('/models/a b.pt'))).toEqual({ path: '/models/a b.pt' });
  });

  it('takes bytes in place, honouring the offset of a view', () => {
    const { buffer } = bytes;
    expect(toNativeSource(bytes.subarray(2, 5))).toEqual({ buffer, byteOffset: 2, byteLength: 3 });
    const view = new DataView(buffer, 4, 2);
    expect(toNativeSource(view)).toEqual({ buffer, byteOffset: 4, byteLength: 2 });
    const pooled = Buffer.from('abc');
    expect(toNativeSource(pooled)).toEqual({
      buffer: pooled.buffer,
      byteOffset: pooled.byteOffset,
      byteLength: 3,
    });
  });

  it('takes whole buffers, shared ones and those of other realms too', () => {
    for (const buffer of [
      new ArrayBuffer(8),
      new SharedArrayBuffer(8),
      runInNewContext('new ArrayBuffer(8)') as ArrayBuffer,
    ]) {
      const source = toNativeSource(buffer);
      expect(source).toMatchObject({ byteOffset: 0, byteLength: 8 });
      expect('buffer' in source && source.buffer === buffer).toBe(true);
    }
  });

  it('copies a buffer that may shrink while it is read', () => {
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer;
    const buffer = new Resizable(4, { maxByteLength: 8 });
    new Uint8Array(buffer).set([1, 2, 3, 4]);
    const source = toNativeSource(new Uint8Array(buffer, 1, 2));
    if (!('buffer' in source)) throw new Error('expected bytes');
    expect(source.buffer).not.toBe(buffer);
    expect([...new Uint8Array(source.buffer)]).toEqual([2, 3]);
  });

  it('refuses a detached buffer', () => {
    const view = new Uint8Array(8);
    structuredClone(view, { transfer: [view.buffer] });
    for (const source of [view, view.buffer]) {
      expect(() => toNativeSource(source)).toThrow(
        expect.objectContaining({ name: 'TypeError', code: 'ERR_DETACHED_BUFFER' }),
      );
    }
  });

  it('says what to do with a URL that is no file', () => {
    const refused = expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' });
    expect(() => toNativeSource(new URL('https://host/m.pt'))).toThrow(refused);
    expect(() => toNativeSource(new URL('https://host/m.pt'))).toThrow(/download it first/);
    expect(() => toNativeSource('https://host/m.pt')).toThrow(/download it first/);
    expect(() => toNativeSource('file:///models/m.pt')).toThrow(
      'pass new URL("file:///models/m.pt")',
    );
  });

  it('refuses an empty path and one with NUL', () => {
    expect(() => toNativeSource('')).toThrow('the path is empty');
    expect(() => toNativeSource('a\0b.pt')).toThrow('no NUL character, got "a\\u0000b.pt"');
  });

  it('names what else came', () => {
    for (const [source, got] of [
      [undefined, 'undefined'],
      [null, 'null'],
      [5, '5'],
      [[1], 'array of 1'],
      [{ path: 'm.pt' }, 'an instance of Object'],
    ] as const) {
      expect(() => toNativeSource(source as never)).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_TYPE',
          message: expect.stringMatching(new RegExp(`expected a path, .*, got ${got}$`)),
        }),
      );
    }
  });
});
