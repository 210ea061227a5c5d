import { afterAll, describe, expect, it } from 'vitest';

import { float, loadModuleSync, ones, ScriptObject, Tensor, tensor } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';

const echo = loadModuleSync(fixture('echo'));
const types = loadModuleSync(fixture('types'));
const objects = loadModuleSync(fixture('objects'));
afterAll(() => {
  for (const model of [echo, types, objects]) model.dispose();
});

const back = <T = unknown>(method: string, value: unknown): T =>
  echo.runSync<T>(method, [value as never]);
const typeError = (message: string) =>
  expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_TYPE', message });
const rangeError = (message: RegExp) =>
  expect.objectContaining({
    name: 'RangeError',
    code: 'ERR_OUT_OF_RANGE',
    message: expect.stringMatching(message),
  });

describe('int', () => {
  it('takes safe integers and bigints, and gives bigints outside the safe range', () => {
    const safe = Number.MAX_SAFE_INTEGER;
    expect(back('int_', 5)).toBe(5);
    expect(back('int_', 5n)).toBe(5);
    expect(back('int_', -0)).toBe(0);
    expect(back('int_', safe)).toBe(safe);
    expect(back('int_', -safe)).toBe(-safe);
    expect(back('int_', BigInt(safe) + 2n)).toBe(BigInt(safe) + 2n);
    expect(back('int_', 2n ** 63n - 1n)).toBe(2n ** 63n - 1n);
    expect(back('int_', -(2n ** 63n))).toBe(-(2n ** 63n));
  });

  it('refuses fractions, NaN, infinities and other types', () => {
    for (const [value, got] of [
      [1.5, 'number 1.5'],
      [Number.NaN, 'number NaN'],
      [Number.POSITIVE_INFINITY, 'number Infinity'],
      ['5', "string '5'"],
      [null, 'null'],
      [undefined, 'undefined'],
      [{}, 'an object'],
      [[1], 'an array of 1'],
    ] as const) {
      expect(() => back('int_', value)).toThrow(
        typeError(`int_: argument 'x': expected int, got ${got}`),
      );
    }
  });

  it('refuses numbers that are no longer exact, and bigints beyond int64', () => {
    expect(() => back('int_', 2 ** 53)).toThrow(/argument 'x'.*9007199254740992/);
    expect(() => back('int_', 2 ** 53 + 2)).toThrow(/bigint/);
    expect(() => back('int_', 2n ** 63n)).toThrow(rangeError(/9223372036854775808n/));
    expect(() => back('int_', -(2n ** 63n) - 1n)).toThrow(rangeError(/-9223372036854775809n/));
  });
});

describe('float and complex', () => {
  it('take integral numbers as what the schema says', () => {
    expect(types.runSync('halves', [5, 5])).toEqual([2, 2.5]);
    expect(types.runSync('of_number', [2])).toBe('int');
    expect(types.runSync('of_number', [2.5])).toBe('float');
    expect(types.runSync('of_number', [float(2)])).toBe('float');
    expect(types.runSync('of_number', [{ re: 1, im: 2 }])).toBe('complex');
  });

  it('keep every bit, signs and specials', () => {
    for (const value of [0, -0, 0.1, 5e-324, 1.7976931348623157e308, 2 ** 60, Infinity, NaN]) {
      expect(back('float_', value)).toBe(value);
    }
    expect(back('complex_', { re: 1, im: -2 })).toEqual({ re: 1, im: -2 });
    expect(back('float_', float(2))).toBe(2);
    expect(() => back('int_', float(2))).toThrow(/expected int/);
    expect(() => float('2' as never)).toThrow(
      typeError("float: expected a number, got string '2'"),
    );
    expect(back('complex_', 3)).toEqual({ re: 3, im: 0 });
    expect(() => back('float_', '1')).toThrow(
      typeError("float_: argument 'x': expected float, got string '1'"),
    );
    expect(() => back('float_', true)).toThrow(/expected float, got boolean true/);
  });
});

describe('bool, str and None', () => {
  it('cross as they are', () => {
    expect(back('bool_', true)).toBe(true);
    for (const text of ['', 'Привет, мир', 'a\0b', '👍🏽 漢字', 'x'.repeat(100_000)]) {
      expect(back('str_', text)).toBe(text);
    }
    expect(types.runSync('str_length', ['a\0b'])).toBe(3);
    expect(back('none', 1)).toBeNull();
  });

  it('take null and undefined for an optional, and give null', () => {
    for (const method of ['int', 'float', 'str', 'tensor', 'list', 'tuple']) {
      expect(back(`optional_${method}`, null)).toBeNull();
      expect(back(`optional_${method}`, undefined)).toBeNull();
    }
    expect(back('optional_int', 0)).toBe(0);
    expect(back('optional_str', '')).toBe('');
  });

  it('are not taken for one another', () => {
    expect(() => back('bool_', 1)).toThrow(/expected bool, got number 1/);
    expect(() => back('str_', 1)).toThrow(/expected str, got number 1/);
    expect(() => back('optional_int', 'x')).toThrow(/argument 'x': expected int, got string 'x'/);
  });
});

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

describe('futures', () => {
  it('are awaited, alone and in lists', async () => {
    const x = tensor([-1, 2]);
    expect(objects.runSync('future', [x]).toArray()).toEqual([0, 2]);
    expect((await objects.run('future', [x])).toArray()).toEqual([0, 2]);
    const both = await objects.run<Tensor[]>('futures', [x]);
    expect(both.map((t) => t.toArray())).toEqual([
      [0, 2],
      [1, -2],
    ]);
    await expect(objects.run('future_fails', [x])).rejects.toThrow(/multiplied/);
  });
});

describe('script objects', () => {
  const make = (start: number) => objects.runSync<ScriptObject>('make_counter', [start]);

  it('are opaque handles that run methods and go back in', async () => {
    const counter = make(5);
    expect(counter).toBeInstanceOf(ScriptObject);
    expect(counter.typeName).toMatch(/Counter/);
    expect(counter.run('add', [2])).toBe(7);
    expect(counter.run('add')).toBe(8);
    expect(counter.run('add', [], { by: 10 })).toBe(18);
    expect(objects.runSync('use_counter', [counter, 2])).toBe(20);
    expect(await objects.run('use_counter', [counter])).toBe(21);
    expect(counter.attribute('value')).toBe(21);
    expect(counter.attribute('history')).toEqual([7, 8, 18, 20, 21]);
    expect(counter.run<Tensor>('scaled', [tensor([1])], { scale: 2 }).toArray()).toEqual([42]);
    expect(counter.methods.map(({ name }) => name)).toContain('scaled');
    const many = objects.runSync<ScriptObject[]>('counters', [3]);
    expect(many.map((one) => one.attribute('name'))).toEqual(['c0', 'c1', 'c2']);
  });

  it('refuse wrong names, arguments and strangers', () => {
    const counter = make(1);
    expect(() => counter.run('subtract')).toThrow(/subtract/);
    expect(() => counter.attribute('nothing')).toThrow(/nothing/);
    expect(() => counter.run('add', [1.5])).toThrow(/argument 'by': expected int, got number 1.5/);
    for (const wrong of [{}, null, 5, ones([1]), Object.create(ScriptObject.prototype)]) {
      expect(() => objects.runSync('use_counter', [wrong])).toThrow(/argument 'counter'/);
    }
    const forged = new (ScriptObject as unknown as new (handle: unknown) => ScriptObject)({});
    expect(() => forged.run('add')).toThrow(TypeError);
  });
});

describe('tensors', () => {
  it('are refused when they are something else', () => {
    for (const wrong of [null, 5, [1, 2], {}, new Float32Array(2)]) {
      expect(() => back('forward', wrong)).toThrow(/forward: argument 'x': expected Tensor, got/);
    }
    const hollow = Object.create(Tensor.prototype);
    expect(() => back('forward', hollow)).toThrow("forward: argument 'x': the tensor was disposed");
  });
});
