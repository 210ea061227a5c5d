import { describe, expect, expectTypeOf, it } from 'vitest';
import { imageToTensor, type RawImage } from '../../../src/image/image.js';
import type { Tensor } from '../../../src/index.js';
import { caught } from '../caught.js';

const numbers = (count: number): Uint8Array => Uint8Array.from({ length: count }, (_, i) => i);

describe('imageToTensor', () => {
  it('takes what a canvas has, and drops its alpha', () => {
    const data = new Uint8ClampedArray([255, 0, 51, 9, 102, 255, 0, 255]);
    const x = imageToTensor({ data, width: 2, height: 1 });
    expectTypeOf(x).toEqualTypeOf<Tensor<'float32'>>();
    expect(x.toArray()).toEqual([[[[1, Math.fround(0.4)]], [[0, 1]], [[Math.fround(0.2), 0]]]]);
    const all = imageToTensor({ data, width: 2, height: 1 }, { channels: 4, dtype: 'uint8' });
    expect(all.toArray()).toEqual([[[[255, 102]], [[0, 255]], [[51, 0]], [[9, 255]]]]);
  });

  it('makes one channel three or four, and three one', () => {
    const grey = { data: numbers(2), width: 1, height: 2 };
    const dtype = 'uint8';
    expect(imageToTensor(grey, { channels: 1, dtype }).toArray()).toEqual([[[[0], [1]]]]);
    expect(imageToTensor(grey, { dtype }).select(1, 2).toArray()).toEqual([[[0], [1]]]);
    const clear = imageToTensor(grey, { channels: 4, dtype }).select(1, 3);
    expect(clear.toArray()).toEqual([[[255], [255]]]);
    const red = { data: new Uint8Array([255, 0, 0]), width: 1, height: 1 };
    expect(imageToTensor(red, { channels: 1, dtype }).item()).toBe(76);
  });

  it('shares the memory of bytes that stay as they are, and copies otherwise', () => {
    const data = numbers(24);
    const raw = { data, width: 4, height: 2 };
    const same = imageToTensor(raw, { dtype: 'uint8', layout: 'NHWC' });
    const last = imageToTensor(raw, { dtype: 'uint8', memoryFormat: 'channels_last' });
    expect([last.shape, last.isContiguousIn('channels_last')]).toEqual([[1, 3, 2, 4], true]);
    const copy = imageToTensor(raw, { dtype: 'uint8' });
    expect(copy.isContiguous).toBe(true);
    expect(copy.equal(last)).toBe(true);
    const wasShared = same.sharesMemory;
    data[0] = 200;
    expect((same.data as Uint8Array)[0]).toBe(wasShared ? 200 : 0);
    expect(copy.select(1, 0).flatten().narrow(0, 0, 1).item()).toBe(0);
  });

  it('reads a view at its place in a buffer', () => {
    const { buffer } = numbers(20);
    const data = new Uint8Array(buffer, 5, 3);
    const x = imageToTensor({ data, width: 1, height: 1 }, { dtype: 'uint8' });
    expect(x.flatten().toArray()).toEqual([5, 6, 7]);
  });

  it('cuts and pads', () => {
    const raw = { data: numbers(9), width: 3, height: 3, channels: 1 };
    const options = { channels: 1, dtype: 'uint8' } as const;
    const inner = imageToTensor(raw, { ...options, centerCrop: 1 });
    expect(inner.toArray()).toEqual([[[[4]]]]);
    const outer = imageToTensor(raw, { ...options, centerCrop: [1, 5], fill: 99 });
    expect(outer.toArray()).toEqual([[[[99, 3, 4, 5, 99]]]]);
  });

  it.each<[unknown, string]>([
    [null, 'ERR_INVALID_ARG_TYPE'],
    [{ data: [1, 2, 3], width: 1, height: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ data: numbers(3), width: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ data: numbers(0), width: 0, height: 1 }, 'ERR_OUT_OF_RANGE'],
    [{ data: numbers(4), width: 2, height: 1 }, 'ERR_BYTE_LENGTH'],
    [{ data: numbers(7), width: 2, height: 1 }, 'ERR_BYTE_LENGTH'],
    [{ data: numbers(6), width: 2, height: 1, channels: 4 }, 'ERR_BYTE_LENGTH'],
    [{ data: numbers(10), width: 2, height: 1, channels: 5 }, 'ERR_BYTE_LENGTH'],
  ])('refuses %j', (image, code) => {
    expect(caught(() => imageToTensor(image as RawImage)).code).toBe(code);
  });
});
