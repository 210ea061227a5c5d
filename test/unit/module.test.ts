import { describe, expect, it } from 'vitest';

import { memoryUsage, ones, tensor } from '../../src/index.js';
import { moduleFixture } from '../fixtures/fixtures.js';
import { codedAs } from './coded.js';
import { collected } from './collected.js';
import { load } from './load-fixture.js';

describe('methods', () => {
  it('lists every method with names, types and defaults', () => {
    using model = load('arguments');
    const { methods } = model;
    expect(methods.map(({ name }) => name).sort()).toEqual(
      [
        'forward',
        'keyword_default',
        'keyword_only',
        'many',
        'nothing',
        'returns_none',
        'two_tensors',
      ].sort(),
    );
    const forward = methods.find(({ name }) => name === 'forward')!;
    expect(forward).toEqual({
      name: 'forward',
      args: [
        { name: 'x', type: 'Tensor', hasDefault: false, kwOnly: false },
        { name: 'scale', type: 'float', default: 2, hasDefault: true, kwOnly: false },
        { name: 'times', type: 'int', default: 1, hasDefault: true, kwOnly: false },
        { name: 'name', type: 'str', default: 'out', hasDefault: true, kwOnly: false },
        { name: 'sizes', type: 'List[int]', default: [1, 2], hasDefault: true, kwOnly: false },
        { name: 'mask', type: 'Optional[Tensor]', default: null, hasDefault: true, kwOnly: false },
      ],
      returns: 'Tuple[Tensor, str, List[int], bool]',
      stateful: false,
    });
    const keyword = methods.find(({ name }) => name === 'keyword_only')!;
    // A saved module has lost the `*`: Python, too, takes these by position after loading.
    expect(keyword.args.map(({ name, kwOnly }) => [name, kwOnly])).toEqual([
      ['x', false],
      ['shift', false],
      ['scale', false],
    ]);
  });

  it.each([
    'stateful-counter',
    'stateful-list',
    'stateful-dict',
    'stateful-alias',
    'stateful-child',
    'stateless',
    'mlp',
  ])('tells whether the methods of %s queue: all of them do when one is stateful', (name) => {
    using model = load(name);
    const isStateful = moduleFixture(name).stateful.length > 0;
    for (const { stateful } of model.methods) expect(stateful).toBe(isStateful);
  });
});

describe('forward', () => {
  it('gives the same on and off the event loop', async () => {
    using model = load('mlp');
    const x = ones([2, 16]);
    const y = await model.forward(x);
    expect(y.shape).toEqual([2, 4]);
    expect(y.equal(model.forwardSync(x))).toBe(true);
    expect(y.equal(await model.run('forward', [x]))).toBe(true);
    expect(y.equal(model.runSync('forward', [x]))).toBe(true);
  });

  it('gives results in the order of the calls, many at a time', async () => {
    using model = load('types');
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => model.run<[number, number]>('halves', [index, 1])),
    );
    expect(results).toEqual(Array.from({ length: 50 }, (_, i) => [Math.floor(i / 2), 0.5]));
  });

  it('says when there is none, and what there is', async () => {
    using model = load('no-forward');
    expect(() => model.forwardSync(ones([1]))).toThrow(codedAs('ERR_NO_METHOD', 'TorchError'));
    await expect(model.forward(ones([1]))).rejects.toThrow(/encode/);
    expect(model.signature).toBeNull();
    expect(model.runSync('encode', [tensor([1, 2])]).toArray()).toEqual([2, 4]);
  });
});

describe('warmup', () => {
  it('runs as often as asked and keeps nothing', async () => {
    using model = load('stateful-counter');
    const x = ones([2]);
    await collected();
    const { tensors } = memoryUsage();
    await model.warmup([x]);
    expect(model.runSync('peek')).toBe(3);
    await model.warmup([x], { runs: 5 });
    expect(model.runSync('peek')).toBe(8);
    expect(memoryUsage().tensors).toBe(tensors);
    await expect(model.warmup([x], { runs: 0 })).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RANGE',
    });
  });
});

describe('a stateful module', () => {
  it('runs one at a time', async () => {
    using model = load('stateful-counter');
    const x = ones([1]);
    const totals = await Promise.all(Array.from({ length: 40 }, () => model.forward(x)));
    expect(totals.map((total) => total.item()).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
});
