import { describe, expect, it } from 'vitest';
import { type ImageOptions, imageToTensor } from '../../../src/image/image.js';
import { caught } from '../caught.js';

const image = { data: new Uint8Array(4 * 6 * 3).fill(128), width: 6, height: 4 };
const failure = (options: unknown): string => {
  const { name, code, message } = caught(() => imageToTensor(image, options as ImageOptions));
  expect(message).toMatch(/^imageToTensor: /);
  return `${name} ${String(code)} ${message.slice('imageToTensor: '.length)}`;
};

describe('options of images', () => {
  it.each([
    [3, 'TypeError ERR_INVALID_ARG_TYPE expected options to be an object, got 3'],
    [{ size: 2 }, /^TypeError ERR_UNKNOWN_ARGUMENT unknown option 'size'; there are channels, /],
    [{ resize: 0 }, /^RangeError ERR_OUT_OF_RANGE expected resize to be a whole number of at le/],
    [{ resize: 1.5 }, /^RangeError ERR_OUT_OF_RANGE/],
    [{ resize: [2] }, /^TypeError ERR_INVALID_ARG_TYPE expected resize to be a number or \[heigh/],
    [{ resize: [2, '3'] }, /^TypeError ERR_INVALID_ARG_TYPE expected resize\[1\] to be a whole n/],
    [{ centerCrop: -1 }, /^RangeError ERR_OUT_OF_RANGE expected centerCrop/],
    [{ fit: 'cover' }, /^TypeError ERR_INVALID_ARG_VALUE fit needs resize with both sides/],
    [{ resize: 4, fit: 'cover' }, /^TypeError ERR_INVALID_ARG_VALUE fit needs resize/],
    [{ resize: [1, 1], fit: 'inside' }, /expected fit to be one of fill, cover, contain, got st/],
    [{ interpolation: 'box' }, /one of bilinear, bicubic, lanczos, nearest, got string 'box'$/],
    [{ interpolation: 'lanczos', antialias: false }, /'lanczos' always counts every pixel/],
    [{ antialias: 1 }, 'TypeError ERR_INVALID_ARG_TYPE expected antialias to be a boolean, got 1'],
    [{ channels: 2 }, 'TypeError ERR_INVALID_ARG_VALUE expected channels to be 1, 3 or 4, got 2'],
    [{ dtype: 'float64' }, /expected dtype to be one of float32, uint8, got string 'float64'$/],
    [{ layout: 'CHW' }, /expected layout to be one of NCHW, NHWC/],
    [{ memoryFormat: 'channels_last_3d' }, /one of contiguous_format, channels_last, got/],
    [{ layout: 'NHWC', memoryFormat: 'channels_last' }, /has its channels last already/],
    [{ mean: 0.5 }, /ERR_INVALID_ARG_TYPE expected mean to be an array of numbers, got 0.5$/],
    [{ mean: [1, 2] }, 'RangeError ERR_SHAPE_MISMATCH mean has 2 values, the image has 3 channels'],
    [{ mean: [1, 2, 3], channels: 1 }, /mean has 3 values, the image has 1 channel$/],
    [{ mean: [0, Number.NaN, 0] }, /ERR_OUT_OF_RANGE expected mean\[1\] to be a finite number,/],
    [{ std: [0] }, /ERR_OUT_OF_RANGE expected std\[0\] to be a finite number other than 0, got 0$/],
    [{ std: ['1'] }, /ERR_INVALID_ARG_TYPE expected std\[0\]/],
    [{ dtype: 'uint8', mean: [1] }, /ERR_INVALID_ARG_VALUE mean and std need float32, got dtype/],
    [
      { fill: 256 },
      'RangeError ERR_OUT_OF_RANGE expected fill to be a number from 0 to 255, got 256',
    ],
    [{ limitInputPixels: 1 }, /ERR_UNKNOWN_ARGUMENT/],
  ])('%j is refused', (options, expected) => {
    if (typeof expected === 'string') expect(failure(options)).toBe(expected);
    else expect(failure(options)).toMatch(expected);
  });

  it('may be undefined, each and all', () => {
    const x = imageToTensor(image, { resize: undefined, mean: undefined, dtype: undefined });
    expect(x.shape).toEqual([1, 3, 4, 6]);
    expect(imageToTensor(image, undefined).equal(x)).toBe(true);
  });
});
