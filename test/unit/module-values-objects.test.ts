import { afterAll, describe, expect, it } from 'vitest';

import { loadModuleSync, ones, ScriptObject, Tensor, tensor } from '../../src/index.js';
import { fixture } from '../fixtures/fixtures.js';
import { back } from './value-modules.js';

const objects = loadModuleSync(fixture('objects'));
afterAll(() => objects.dispose());

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
