import { describe, expect, it } from 'vitest';
import { centerCrop, decodeImage, imagenet, normalize, resize } from '../../../src/image/image.js';
import { arange, full, nn, ones, rand, type Tensor, zeros } from '../../../src/index.js';
import { inFixtures } from '../../fixtures/folder.js';
import { caught } from '../caught.js';

const photo = inFixtures('images', 'photo.jpg');

describe('resize', () => {
  it('gives what decodeImage gives, from its pixels', async () => {
    const pixels = await decodeImage(photo, { dtype: 'uint8' });
    for (const interpolation of ['bilinear', 'bicubic', 'lanczos'] as const) {
      const expected = await decodeImage(photo, { dtype: 'uint8', resize: 100, interpolation });
      expect(resize(pixels, 100, { interpolation }).equal(expected)).toBe(true);
    }
  });

  it('takes every number of dimensions', () => {
    for (const shape of [
      [8, 12],
      [3, 8, 12],
      [2, 3, 8, 12],
      [2, 2, 3, 8, 12],
    ]) {
      const x = rand(shape);
      expect(resize(x, 4).shape).toEqual([...shape.slice(0, -2), 4, 6]);
      const { interpolate } = nn.functional;
      const four = x.reshape([-1, shape.at(-3) ?? 1, 8, 12]);
      const options = { size: [4, 5], mode: 'bilinear', antialias: true } as const;
      const expected = interpolate(four, options).reshape([...shape.slice(0, -2), 4, 5]);
      expect(resize(x, [4, 5]).equal(expected)).toBe(true);
    }
    expect(resize(rand([3, 12, 8]), 4).shape).toEqual([3, 6, 4]);
  });

  it('is recorded by autograd', () => {
    const x = rand([1, 1, 8, 8], { requiresGrad: true });
    resize(x, 4).sum().backward();
    expect((x.grad as Tensor).sum().item()).toBeCloseTo(16, 4);
  });

  it('leaves a size that is right alone', () => {
    const x = rand([3, 8, 12]);
    expect(resize(x, 8).equal(x)).toBe(true);
  });
});

describe('centerCrop', () => {
  it('cuts where torchvision cuts: halves go to the even side', () => {
    const row = arange(0, 8).reshape(1, 8);
    const at = (width: number): unknown => centerCrop(row, [1, width]).select(1, 0).item();
    expect([7, 6, 5, 4, 3, 2, 1].map(at)).toEqual([0, 1, 2, 2, 2, 3, 4]);
  });

  it('is a view, and pads what is too small', () => {
    const x = zeros([1, 3, 8, 8]);
    centerCrop(x, 2).fill_(1);
    expect(x.sum().item()).toBe(12);
    const padded = centerCrop(ones([1, 2, 2]), [3, 1], { fill: 7 });
    expect(padded.toArray()).toEqual([[[1], [1], [7]]]);
  });
});

describe('normalize', () => {
  it('gives what decodeImage gives', async () => {
    const { mean, std } = imagenet;
    const plain = await decodeImage(photo, { resize: 64 });
    const expected = await decodeImage(photo, { resize: 64, mean, std });
    expect(normalize(plain, mean, std).equal(expected)).toBe(true);
    expect(normalize(plain.squeeze(0), mean, std).equal(expected.squeeze(0))).toBe(true);
  });

  it('keeps the dtype, takes one value for all, and is recorded', () => {
    const x = full([2, 1, 1], 3, { dtype: 'float64', requiresGrad: true });
    const y = normalize(x, [1], [4]);
    expect([y.dtype, y.flatten().toArray()]).toEqual(['float64', [0.5, 0.5]]);
    y.sum().backward();
    expect((x.grad as Tensor).flatten().toArray()).toEqual([0.25, 0.25]);
  });
});

describe('transforms', () => {
  it.each<[() => unknown, string]>([
    [() => resize([1] as unknown as Tensor, 2), 'ERR_INVALID_ARG_TYPE'],
    [() => resize(zeros([4]), 2), 'ERR_SHAPE_MISMATCH'],
    [() => resize(zeros([3, 0, 4]), 2), 'ERR_SHAPE_MISMATCH'],
    [() => resize(zeros([3, 4, 4]), undefined as unknown as number), 'ERR_MISSING_ARGUMENT'],
    [() => resize(zeros([3, 4, 4]), 0), 'ERR_OUT_OF_RANGE'],
    [
      () => resize(zeros([3, 4, 4]), 2, { antialias: 'no' as unknown as boolean }),
      'ERR_INVALID_ARG_TYPE',
    ],
    [() => centerCrop(zeros([3, 4, 4]), [2, -1]), 'ERR_OUT_OF_RANGE'],
    [() => normalize(zeros([3, 4, 4]).to('uint8'), [0], [1]), 'ERR_INVALID_ARG_TYPE'],
    [() => normalize(zeros([3, 4, 4]), [0, 0], [1]), 'ERR_SHAPE_MISMATCH'],
    [() => normalize(zeros([3, 4, 4]), [0], [0]), 'ERR_OUT_OF_RANGE'],
    [
      () => normalize(zeros([3, 4, 4]), [0], undefined as unknown as number[]),
      'ERR_MISSING_ARGUMENT',
    ],
  ])('refuse what they cannot take: %#', (call, code) => {
    expect(caught(call).code).toBe(code);
  });
});
