import { describe, expect, expectTypeOf, it } from 'vitest';
import { optionsCheck, zod } from '../../src/options.js';
import { caught } from './caught.js';

const check = optionsCheck('brew', (z) =>
  z.strictObject({ cups: z.number().int().min(1), sweet: z.boolean().default(false) }),
);

describe('optionsCheck', () => {
  it('gives the checked options with their defaults', () => {
    const options = check({ cups: 2 });
    expect(options).toEqual({ cups: 2, sweet: false });
    expectTypeOf(options).toEqualTypeOf<{ cups: number; sweet: boolean }>();
  });

  it('makes the schema at the first use, and once', () => {
    let made = 0;
    const lazy = optionsCheck('lazy', (z) => {
      made += 1;
      return z.strictObject({});
    });
    expect(made).toBe(0);
    lazy({});
    lazy({});
    expect(made).toBe(1);
  });

  it.each([
    [{ cups: '2' }, 'TypeError', 'ERR_INVALID_ARG_TYPE', 'options.cups'],
    [{ cups: 0 }, 'RangeError', 'ERR_OUT_OF_RANGE', 'options.cups'],
    [{ cups: 1, milk: true }, 'TypeError', 'ERR_UNKNOWN_ARGUMENT', "unknown option 'milk'"],
    [null, 'TypeError', 'ERR_INVALID_ARG_TYPE', 'options'],
  ])('refuses %o and says where', (value, name, code, place) => {
    const error = caught(() => check(value));
    expect(error).toMatchObject({ name, code });
    expect(error.message).toContain('brew: ');
    expect(error.message).toContain(place);
    expect(error.error.cause).toBeInstanceOf(Error);
  });
});

describe('zod', () => {
  it('is loaded once', () => {
    expect(zod()).toBe(zod());
  });
});
