import { describe, expect, expectTypeOf, it } from 'vitest';

import { ones, type Tensor } from '../../src/index.js';
import { coded } from './coded.js';
import { load } from './load-fixture.js';

describe('attribute', () => {
  it('reads every type, nested names too', () => {
    using model = load('attributes');
    expect(model.attribute('classes')).toEqual(['cat', 'собака', 'a\0b']);
    expect(model.attribute('sizes')).toEqual({ small: 1, large: 10 });
    expect(Object.getPrototypeOf(model.attribute('sizes'))).toBeNull();
    expect(model.attribute('threshold')).toBe(0.25);
    expect(model.attribute('big')).toBe(2n ** 60n);
    expect(model.attribute('flag')).toBe(true);
    expect(model.attribute('missing')).toBeNull();
    expect(model.attribute('device')).toBe('cpu');
    expect(model.attribute<Tensor>('mean').shape).toEqual([3]);
    expect(model.attribute<Tensor>('layer.0.weight').shape).toEqual([2, 3]);
    expectTypeOf(model.attribute<string[]>('classes')).toEqualTypeOf<string[]>();
    expect(() => model.attribute('clases')).toThrow(coded('ERR_NO_ATTRIBUTE'));
    expect(() => model.attribute('clases')).toThrow(/classes/);
    expect(() => model.attribute('layer.7.weight')).toThrow(coded('ERR_NO_ATTRIBUTE'));
    expect(() => model.attribute('layer.7.weight')).toThrow(/no submodule 'layer\.7'.*: 0/);
    expect(() => model.attribute('layer.0.wait')).toThrow(/'layer\.0' has: .*weight/);
  });

  it('is set by its declared type', () => {
    using model = load('attributes');
    model.setAttribute('classes', []);
    expect(model.attribute('classes')).toEqual([]);
    model.setAttribute('big', -(2n ** 63n));
    expect(model.attribute('big')).toBe(-(2n ** 63n));
    model.setAttribute('threshold', 2);
    expect(model.attribute('threshold')).toBe(2);
    model.setAttribute('missing', ones([2]));
    expect(model.attribute<Tensor>('missing').toArray()).toEqual([1, 1]);
    expect(() => model.setAttribute('big', 0.5)).toThrow(
      "setAttribute: argument 'big': expected int, got number 0.5",
    );
    expect(() => model.setAttribute('nothing', 1)).toThrow(coded('ERR_NO_ATTRIBUTE'));
  });
});
