import { describe, expect, it } from 'vitest';

import { float, ones } from '../../src/index.js';
import { back, types } from './value-modules.js';

describe('devices, dtypes and unions', () => {
  it('cross by name', () => {
    expect(back('device', 'cuda:1')).toBe('cuda:1');
    expect(back('device', 'cpu')).toBe('cpu');
    expect(() => back('device', 'nowhere')).toThrow(/nowhere/);
  });

  it('go by the value for a union and for Any', () => {
    for (const [value, name] of [
      [2, 'int'],
      ['2', 'str'],
      [[ones([1])], 'List[Tensor]'],
    ] as const) {
      expect(types.runSync('of_union', [value as never])).toBe(name);
    }
    for (const [value, name] of [
      [true, 'bool'],
      [2, 'int'],
      [2.5, 'float'],
      [float(2), 'float'],
      ['2', 'str'],
      // LibTorch itself takes `x is None` of an Any for false when it compiles.
      [null, 'other'],
      [ones([1]), 'Tensor'],
      [[1, 2], 'List[int]'],
      [[0.5, 1.5], 'List[float]'],
      [{ a: 1 }, 'Dict[str, int]'],
    ] as const) {
      expect(types.runSync('of_any', [value as never])).toBe(name);
    }
    expect(() => types.runSync('of_union', [2.5])).toThrow(/got number 2.5/);
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => back('any', loop)).toThrow(/levels/);
    expect(() => back('any', () => 1)).toThrow(/got a function/);
  });
});
