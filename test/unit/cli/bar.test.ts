import { describe, expect, it } from 'vitest';
import { bar } from '../../../src/cli/bar.js';

describe('bar', () => {
  it('is as long as the share, in eighths of a character', () => {
    expect(bar(1, 4)).toBe('████');
    expect(bar(0.5, 4)).toBe('██');
    expect(bar(0.53125, 4)).toBe('██▏');
    expect(bar(2, 4)).toBe('████');
  });

  it('is empty for nothing alone', () => {
    expect(bar(0, 4)).toBe('');
    expect(bar(Number.NaN, 4)).toBe('');
    expect(bar(1e-9, 4)).toBe('▏');
  });
});
