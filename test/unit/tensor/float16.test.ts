import { describe, expect, it } from 'vitest';
import { decodeBFloat16, decodeFloat16 } from '../../../src/tensor/float16.js';

describe('decodeFloat16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('reads the bits %i as %d', (bits, value) => {
    expect(decodeFloat16(bits)).toBe(value);
  });
});

describe('decodeBFloat16', () => {
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -133],
    [0x3f80, 1],
    [0xc040, -3],
    [0x7f7f, 3.3895313892515355e38],
    [0x7f80, Number.POSITIVE_INFINITY],
    [0xff80, Number.NEGATIVE_INFINITY],
    [0x7fc0, Number.NaN],
  ])('reads the bits %i as %d', (bits, value) => {
    expect(decodeBFloat16(bits)).toBe(value);
  });
});
