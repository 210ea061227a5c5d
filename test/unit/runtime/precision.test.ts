import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  backends,
  type Float32MatmulPrecision,
  getFloat32MatmulPrecision,
  setFloat32MatmulPrecision,
} from '../../../src/index.js';
import { caught } from '../caught.js';

describe('setFloat32MatmulPrecision', () => {
  it('takes PyTorch’s words', () => {
    expect(getFloat32MatmulPrecision()).toBe('highest');
    for (const precision of ['high', 'medium', 'highest'] as const) {
      setFloat32MatmulPrecision(precision);
      expect(getFloat32MatmulPrecision()).toBe(precision);
    }
    const { code, message } = caught(() => setFloat32MatmulPrecision('low' as never));
    expect(code).toBe('ERR_INVALID_ARG_VALUE');
    expect(message).toContain("got string 'low'");
    expectTypeOf(getFloat32MatmulPrecision()).toEqualTypeOf<Float32MatmulPrecision>();
  });
});

describe('backends', () => {
  const switches = [
    [backends.cuda.matmul, 'allowTf32', false],
    [backends.cudnn, 'enabled', true],
    [backends.cudnn, 'allowTf32', true],
    [backends.cudnn, 'benchmark', false],
    [backends.cudnn, 'deterministic', false],
    [backends.mkldnn, 'enabled', true],
    [backends.mkldnn, 'deterministic', false],
  ] as unknown as readonly [Record<string, boolean>, string, boolean][];

  it('has PyTorch’s switches with PyTorch’s defaults', () => {
    for (const [room, name, usual] of switches) {
      expect(room[name], name).toBe(usual);
      room[name] = !usual;
      expect(room[name], name).toBe(!usual);
      room[name] = usual;
    }
    expect(Object.keys(backends.mkldnn)).toEqual(['enabled', 'allowTf32', 'deterministic']);
  });

  it('refuses what is no flag, and other names', () => {
    const assign = (value: unknown) => () => {
      backends.cudnn.benchmark = value as boolean;
    };
    expect(caught(assign(1)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(assign(undefined)).message).toContain('backends.cudnn.benchmark');
    expect(() => Object.assign(backends.cudnn, { fast: true })).toThrow(TypeError);
    expect(backends.cudnn.benchmark).toBe(false);
  });

  it('is still the report', () => {
    expect(backends().devices).toContain('cpu');
  });
});
