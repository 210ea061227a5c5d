/** Values that bindings drop, round or crash on: each reaches TorchScript and comes back, or is refused. */
import { describe, expect, it } from 'vitest';
import { loadModule, loadModuleSync, ones, type Tensor, tensor } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { echo, expectBack, expectRefused, named } from './echo.js';

const types = loadModuleSync(fixture('types'));

describe('integers', () => {
  it('come back at every border of the safe range', async () => {
    for (const value of [0, -0, 1, -1, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1, -(2 ** 53) + 1]) {
      await expectBack('int_', value, value + 0);
    }
  });

  it('beyond the safe range are bigints, both ways', async () => {
    for (const value of [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      await expectBack('int_', value);
      await expectBack('list_int', [value, 1], [value, 1]);
    }
    await expectBack('int_', 7n, 7);
  });

  it('that no int64 can hold are refused', async () => {
    for (const value of [2n ** 63n, -(2n ** 63n) - 1n, 2n ** 80n]) {
      await expectRefused('ERR_OUT_OF_RANGE', 'int_', [value]);
    }
  });

  it('that lost their precision as a number, fractions and NaN are refused', async () => {
    for (const value of [2 ** 53, 1e300, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const [method, given] of [
        ['int_', value],
        ['list_int', [1, value]],
      ] as const) {
        const pending = echo.run(method, [given]);
        await expect(pending).rejects.toThrow(/int_|list_int/);
        await expect(pending).rejects.toHaveProperty('code', expect.stringMatching(/^ERR_/));
      }
    }
  });
});

describe('floats', () => {
  it('come back bit for bit', async () => {
    const { MAX_VALUE, MIN_VALUE, EPSILON, POSITIVE_INFINITY, NEGATIVE_INFINITY } = Number;
    for (const value of [
      Number.NaN,
      POSITIVE_INFINITY,
      NEGATIVE_INFINITY,
      -0,
      MAX_VALUE,
      MIN_VALUE,
      EPSILON,
      2 ** 53 + 2,
      0.1,
    ]) {
      await expectBack('float_', value);
      await expectBack('list_float', [value, 1]);
      await expectBack('complex_', { re: value, im: 1 });
    }
  });

  it('of a tensor keep NaN and infinity', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0];
    expect(echo.forwardSync(tensor(values)).toArray()).toEqual(values);
  });
});

describe('64-bit tensors', () => {
  it('keep their extremes as bigints, and refuse to round them', () => {
    const values = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n];
    const y = echo.forwardSync(tensor(values)) as Tensor<'int64'>;
    expect(y.toArray({ bigint: true })).toEqual(values);
    expect([...y.data]).toEqual(values);
    expect(() => y.toArray()).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }));
    const one = tensor(2n ** 53n + 1n);
    expect(one.item({ bigint: true })).toBe(2n ** 53n + 1n);
    expect(() => one.item()).toThrow(RangeError);
  });
});

describe('lists', () => {
  it('keep their first element, and all others', async () => {
    await expectBack('list_int', [7, 8, 9]);
    await expectBack('list_float', [0.5, 8, 9]);
    await expectBack('list_str', ['first', 'second']);
    await expectBack('list_bool', [true, false, false]);
    await expectBack('list_list_int', [[1, 2], [], [3]]);
    await expectBack('list_int', [7]);
    const [first, second] = echo.runSync<Tensor[]>('list_tensor', [[tensor([1]), tensor([2])]]);
    expect([first!.item(), second!.item()]).toEqual([1, 2]);
  });

  it('keep their type when they are empty', async () => {
    for (const method of ['list_int', 'list_float', 'list_str', 'list_tensor', 'list_list_int']) {
      await expectBack(method, []);
    }
    expect(types.runSync<Tensor[]>('empty_tensors', [[]])).toHaveLength(1);
  });

  it('of many elements come back', async () => {
    await expectBack(
      'list_int',
      Array.from({ length: 100_000 }, (_, i) => i),
    );
  });

  it('with one wrong element are refused, saying which', async () => {
    await expectRefused('ERR_INVALID_ARG_TYPE', 'list_int', [[1, 2, 'x']], echo, '[2]');
    await expectRefused('ERR_INVALID_ARG_TYPE', 'list_tensor', [[ones([1]), 1]], echo, '[1]');
    await expectRefused('ERR_INVALID_ARG_TYPE', 'list_list_int', [[[1], [null]]], echo, '[1][0]');
  });
});

describe('None', () => {
  it('goes in as null and undefined, and comes out as null', async () => {
    for (const method of ['optional_int', 'optional_str', 'optional_tensor', 'optional_list']) {
      await expectBack(method, null);
      await expectBack(method, undefined, null);
    }
    await expectBack('none', 1, null);
    await expectBack('any', null);
    await expectBack('list_optional_int', [null, 1, null]);
    const [none, some] = echo.runSync<(Tensor | null)[]>('list_optional_tensor', [
      [null, ones([1])],
    ]);
    expect(none).toBeNull();
    expect(some!.item()).toBe(1);
    expect(named.runSync<null>('returns_none', [ones([1])])).toBeNull();
  });

  it('is refused where a value is needed', async () => {
    for (const method of ['int_', 'str_', 'list_int', 'dict_str_int', 'forward']) {
      await expectRefused('ERR_INVALID_ARG_TYPE', method, [null]);
    }
  });
});

describe('strings', () => {
  it('keep Cyrillic, NUL, surrogate pairs and length', async () => {
    const texts = ['', 'собака', 'a\0b', '\0', '🐈‍⬛', 'שלום', 'x'.repeat(1 << 20)];
    for (const text of texts) {
      await expectBack('str_', text);
      await expectBack('dict_str_int', { [text]: 1 });
    }
    await expectBack('list_str', texts);
    expect(types.runSync<number>('str_length', ['a\0b'])).toBe(3);
    const model = await loadModule(fixture('attributes'));
    expect(model.attribute('classes')).toEqual(['cat', 'собака', 'a\0b']);
  });

  it('with half a surrogate pair become U+FFFD, as in any UTF-8', async () => {
    await expectBack('str_', 'a\ud800b', 'a\ufffdb');
  });
});

describe('keys', () => {
  it('like __proto__ and constructor are only keys', async () => {
    const object = JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}');
    const back = echo.runSync<Record<string, number>>('dict_str_int', [object]);
    expect(Object.entries(back)).toEqual(Object.entries(object));
    expect(Object.getPrototypeOf(back)).toBeNull();
  });
});
