import { describe, expect, it } from 'vitest';

import { ones, Tensor, tensor } from '../../src/index.js';
import { back, echo, types } from './value-modules.js';

describe('lists and tuples', () => {
  it('keep their first element, their order and their type when empty', () => {
    expect(back('list_int', [3, -2, 2n ** 53n + 1n])).toEqual([3, -2, 2n ** 53n + 1n]);
    expect(back('list_float', [1, 0.5])).toEqual([1, 0.5]);
    expect(back('list_bool', [true, false])).toEqual([true, false]);
    expect(back('list_str', ['Привет', 'a\0b'])).toEqual(['Привет', 'a\0b']);
    expect(back('list_optional_int', [null, 1, undefined])).toEqual([null, 1, null]);
    for (const method of ['list_int', 'list_str', 'list_tensor', 'list_dict', 'list_list_int']) {
      expect(back(method, [])).toEqual([]);
    }
    expect(types.runSync<Tensor[]>('empty_tensors', [[]])).toHaveLength(1);
  });

  it('give the place of what does not fit', () => {
    expect(() => back('list_int', [1, 2.5])).toThrow(
      /argument 'x'\[1\]: expected int, got number 2.5/,
    );
    expect(() => back('list_list_int', [[1], [2, 'x']])).toThrow(/argument 'x'\[1\]\[1\]/);
    expect(() => back('list_int', 5)).toThrow(/expected a list of int/);
    expect(() => back('tuple_', [1, 2])).toThrow(/got an array of 2/);
    expect(() => back('list_dict', [{ a: 1 }])).toThrow(
      /argument 'x'\[0\]\['a'\]: expected Tensor/,
    );
  });

  it('nest', () => {
    const [a, [b, c]] = back<[Tensor, [Tensor, Tensor]]>('tuple_nested', [
      tensor([1]),
      [tensor([2]), tensor([3])],
    ]);
    expect([a, b, c].map((t) => t.toArray())).toEqual([[1], [2], [3]]);
    const tuple = back<unknown[]>('tuple_', [1, 2, 'three', ones([1])]);
    expect(tuple).toEqual([1, 2, 'three', expect.any(Tensor)]);
    expect(echo.runSync('tuple_empty')).toEqual([]);
  });

  it('name the fields of a NamedTuple, in and out', () => {
    const mark = tensor([1, 2]);
    for (const given of [[1, 2.5, mark], { x: 1, y: 2.5, mark }]) {
      const point = back<unknown[] & { x: number; y: number; mark: Tensor }>('namedtuple', given);
      expect(Array.isArray(point)).toBe(true);
      expect(point).toHaveLength(3);
      expect([point.x, point.y, point[0], point[1]]).toEqual([1, 2.5, 1, 2.5]);
      expect(point.mark.toArray()).toEqual([1, 2]);
      expect([...point].slice(0, 2)).toEqual([1, 2.5]);
    }
    expect(() => back('namedtuple', { x: 1, y: 2 })).toThrow(/'mark'/);
  });
});

describe('dicts', () => {
  it('with string keys take objects, Maps and objects without prototype', () => {
    const bare = Object.assign(Object.create(null), { z: 1, a: 2 });
    for (const given of [
      { z: 1, a: 2 },
      new Map([
        ['z', 1],
        ['a', 2],
      ]),
      bare,
    ]) {
      const result = back<Record<string, number>>('dict_str_int', given);
      expect(Object.getPrototypeOf(result)).toBeNull();
      expect(Object.entries(result)).toEqual([
        ['z', 1],
        ['a', 2],
      ]);
    }
    expect(back('dict_str_int', {})).toEqual(Object.create(null));
    expect(back('dict_str_dict', { a: {}, b: { c: 1 } })).toEqual({ a: {}, b: { c: 1 } });
  });

  it('keep odd names', () => {
    const given = new Map([
      ['__proto__', 1],
      ['constructor', 2],
      ['', 3],
      ['a\0b', 4],
      ['10', 5],
    ]);
    const result = back<Record<string, number>>('dict_str_int', given);
    expect(new Map(Object.entries(result))).toEqual(given);
  });

  it('with other keys are Maps both ways', () => {
    const given = new Map<unknown, string>([
      [1, 'one'],
      [-2, 'two'],
      [2n ** 60n, 'big'],
    ]);
    expect(back('dict_int_str', given)).toEqual(given);
    expect(back('dict_float_bool', new Map([[0.5, true]]))).toEqual(new Map([[0.5, true]]));
    expect(back('dict_bool_int', new Map([[true, 1]]))).toEqual(new Map([[true, 1]]));
    expect(() => back('dict_int_str', { 1: 'one' })).toThrow(/a Map/);
  });

  it('name the key of what does not fit', () => {
    expect(() => back('dict_str_int', { a: 1, b: 'x' })).toThrow(
      /argument 'x'\['b'\]: expected int/,
    );
    expect(() => back('dict_str_int', [1])).toThrow(/got an array of 1/);
    expect(() => back('dict_str_tensor', ones([1]))).toThrow(/got a Tensor/);
  });
});
