import { describe, expect, it } from 'vitest';

import { encodeExtraFiles, shareExtraFiles, showExtraFiles } from '../../src/module/extra-files.js';

describe('extra files', () => {
  it('become bytes, text as UTF-8', () => {
    const files = encodeExtraFiles('save', { 'a.txt': 'собака', 'b.bin': Uint8Array.of(0, 255) });
    expect(Buffer.from(files['a.txt']!).toString()).toBe('собака');
    expect([...files['b.bin']!]).toEqual([0, 255]);
    expect(encodeExtraFiles('save')).toEqual({});
  });

  it('are refused by name when they are neither text nor bytes', () => {
    expect(() => encodeExtraFiles('save', { 'a.txt': 5 as never })).toThrow(
      "save: extraFiles 'a.txt': expected a string or Uint8Array, got 5",
    );
  });

  it('are shown over the same bytes, as text when asked', () => {
    const bytes = new TextEncoder().encode('cat\nсобака\n');
    const { 'labels.txt': labels } = showExtraFiles({ 'labels.txt': bytes });
    expect(labels?.buffer).toBe(bytes.buffer);
    expect(String(labels)).toBe('cat\nсобака\n');
  });

  it('have no inherited names', () => {
    expect('toString' in showExtraFiles({})).toBe(false);
    const odd = Object.fromEntries([['constructor', Uint8Array.of(65)]]);
    expect(String(showExtraFiles(odd).constructor)).toBe('A');
  });

  it('cross threads without a copy', () => {
    const shared = shareExtraFiles({ a: Uint8Array.of(1, 2) });
    expect(shared.a?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect([...structuredClone(shared).a!]).toEqual([1, 2]);
  });
});
