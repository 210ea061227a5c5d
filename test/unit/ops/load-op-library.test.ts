import { describe, expect, expectTypeOf, it } from 'vitest';
import { loadOpLibrary, loadOpLibrarySync } from '../../../src/index.js';
import { caught, rejected } from '../caught.js';

describe('loadOpLibrary', () => {
  it('takes a path or a file: URL, and nothing else', async () => {
    const code = async (path: unknown): Promise<unknown> => {
      const { code: later } = await rejected(loadOpLibrary(path as string));
      expect(caught(() => loadOpLibrarySync(path as string)).code).toBe(later);
      return later;
    };
    expect(await code(1)).toBe('ERR_INVALID_ARG_TYPE');
    expect(await code(null)).toBe('ERR_INVALID_ARG_TYPE');
    expect(await code('')).toBe('ERR_INVALID_ARG_VALUE');
    expect(await code('a\0b')).toBe('ERR_INVALID_ARG_VALUE');
    expect(await code(new URL('https://example.com/lib.so'))).toBe('ERR_INVALID_ARG_VALUE');
    expect(await code(new URL('file:///none/lib.so'))).toBe('ERR_FILE_NOT_FOUND');
    expect(await code('/none/lib.so')).toBe('ERR_FILE_NOT_FOUND');
  });

  it('says who called, also of what failed on another thread', async () => {
    const { error } = await rejected(loadOpLibrary('/none/lib.so'));
    expect(error.stack).toContain('load-op-library.test.ts');
  });

  it('gives names', () => {
    expectTypeOf(loadOpLibrary).returns.resolves.toEqualTypeOf<string[]>();
    expectTypeOf(loadOpLibrarySync).returns.toEqualTypeOf<string[]>();
  });
});
