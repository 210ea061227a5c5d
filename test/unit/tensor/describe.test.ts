import { describe, expect, it } from 'vitest';
import { describe as account } from '../../../src/tensor/describe.js';

describe('describe', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [1.5, '1.5'],
    [2n, '2n'],
    [true, 'true'],
    ['cpu', "string 'cpu'"],
    ['x'.repeat(50), `string '${'x'.repeat(40)}…'`],
    [[1, 2], 'array of 2'],
    [new Float32Array(3), 'Float32Array of 3'],
    [{}, 'an instance of Object'],
    [Object.create(null), 'an object'],
    [new Map(), 'an instance of Map'],
    [Symbol('s'), 'Symbol(s)'],
    [function named() {}, 'function named'],
    [() => {}, 'function (anonymous)'],
  ])('says what %o is', (value, text) => {
    expect(account(value)).toBe(text);
  });
});
