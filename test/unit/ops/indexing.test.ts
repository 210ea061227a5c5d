import { describe, expect, it } from 'vitest';
import { arange, Slice, slice, tensor, zeros } from '../../../src/index.js';
import { caught } from '../caught.js';

const x = arange(12).reshape(3, 4);

describe('slice', () => {
  it('has start, stop and step; one argument is the stop', () => {
    expect(slice(2)).toEqual(new (Slice as never as new (...a: unknown[]) => Slice)(null, 2, 1));
    expect({ ...slice(1, null, 2) }).toEqual({ start: 1, stop: null, step: 2 });
    expect({ ...slice() }).toEqual({ start: null, stop: null, step: 1 });
  });

  it('refuses steps below 1, as PyTorch, and what is no integer', () => {
    expect(caught(() => slice(null, null, -1)).code).toBe('ERR_OUT_OF_RANGE');
    expect(caught(() => slice(null, null, 0)).code).toBe('ERR_OUT_OF_RANGE');
    expect(caught(() => slice(0.5)).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => slice('1' as never)).message).toContain("string '1'");
  });
});

describe('index', () => {
  it('gives views of the same memory for integers, slices, null and ...', () => {
    const y = arange(6).reshape(2, 3);
    for (const indices of [[], ['...'], [slice()], [null, slice(0, 2)]] as const) {
      const view = y.index(indices);
      expect(view).not.toBe(y);
      expect(view.data.buffer).toBe(y.data.buffer);
    }
    y.index(['...', slice(1, 3)]).mul_(1);
    y.index([0, 1]).fill_(9);
    expect(y.toArray()).toEqual([
      [0, 9, 2],
      [3, 4, 5],
    ]);
  });

  it('mixes slices, new dimensions and masks', () => {
    const mask = tensor([true, false, true, false]);
    expect(x.index([slice(0, 2), null, mask]).toArray()).toEqual([[[0, 2]], [[4, 6]]]);
  });

  it('picks by integers in their order, from arrays and tensors', () => {
    expect(x.index([[2, 0]]).toArray()).toEqual([
      [8, 9, 10, 11],
      [0, 1, 2, 3],
    ]);
    expect(x.index([tensor([0n, 2n]), tensor([1n, 3n])]).toArray()).toEqual([1, 11]);
    expect(
      x
        .index([
          [
            [0, 1],
            [1, 0],
          ],
          0,
        ])
        .toArray(),
    ).toEqual([
      [0, 4],
      [4, 0],
    ]);
  });

  it('counts what is wrong', () => {
    expect(caught(() => x.index([0, 0, 0])).code).toBe('ERR_INDEX');
    expect(caught(() => x.index([3])).code).toBe('ERR_INDEX');
    expect(caught(() => x.index(['a' as never])).message).toContain("string 'a'");
    expect(caught(() => x.index([0.5])).code).toBe('ERR_INVALID_ARG_TYPE');
    expect(caught(() => x.index(0 as never)).message).toContain('expected indices to be an array');
  });
});

describe('indexPut_', () => {
  it('assigns to views and to picked elements, and gives the tensor back', () => {
    const y = zeros([2, 3]);
    expect(y.indexPut_([0, slice(1, 3)], 5)).toBe(y);
    y.indexPut_(
      [
        tensor([
          [false, false, false],
          [true, false, true],
        ]),
      ],
      tensor([7, 8]),
    );
    expect(y.toArray()).toEqual([
      [0, 5, 5],
      [7, 0, 8],
    ]);
  });

  it('broadcasts, also over leading dimensions of size 1', () => {
    const y = zeros([2, 2]);
    y.indexPut_(['...'], tensor([[[1, 2]]]));
    expect(y.toArray()).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('adds where it accumulates', () => {
    const y = zeros([3]);
    y.indexPut_([tensor([0n, 0n, 2n])], tensor([1, 1, 1]), { accumulate: true });
    y.indexPut_([slice(1, 2)], 4, { accumulate: true });
    expect(y.toArray()).toEqual([2, 4, 1]);
  });

  it('refuses unknown options', () => {
    const { code } = caught(() => zeros([1]).indexPut_([0], 1, { add: true } as never));
    expect(code).toBe('ERR_UNKNOWN_ARGUMENT');
  });
});
