import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  decodeImage,
  type EncodeImageOptions,
  imagenet,
  saveImage,
  tensorToImage,
} from '../../../src/image/image.js';
import { full, ones, rand, type Tensor, tensor, zeros } from '../../../src/index.js';
import { inFixtures, scratchFolder } from '../../fixtures/folder.js';
import { rejected } from '../caught.js';

const photo = inFixtures('images', 'photo.jpg');
const pixel = async (x: Tensor, options?: EncodeImageOptions): Promise<unknown> => {
  const decoded = await decodeImage(await tensorToImage(x, options), { dtype: 'uint8' });
  return decoded.flatten().toArray();
};

describe('tensorToImage', () => {
  it.each([
    { dtype: 'uint8' },
    {},
    { scale: false },
    { ...imagenet, memoryFormat: 'channels_last' },
    { ...imagenet, layout: 'NHWC' },
    { channels: 1 },
    { channels: 4, resize: 20 },
  ] as const)('gives back what decodeImage gave: %j', async (options) => {
    const x = await decodeImage(photo, options);
    const { mean, std, layout, scale } = { scale: true, ...options } as EncodeImageOptions;
    for (const how of [{ format: 'png' }, { format: 'webp', lossless: true }] as const) {
      const bytes = await tensorToImage(x, { ...how, mean, std, layout, scale });
      const again = await decodeImage(bytes, {
        ...options,
        resize: undefined,
        centerCrop: undefined,
      });
      expect(again.equal(x)).toBe(true);
    }
  });

  it('writes the format that is asked for, smaller with less quality', async () => {
    const x = await decodeImage(photo, { resize: 64 });
    const magic = async (options: EncodeImageOptions): Promise<string> => {
      return (await tensorToImage(x, options)).subarray(0, 12).toString('latin1');
    };
    expect(await magic({})).toMatch(/^\x89PNG/);
    expect(await magic({ format: 'jpeg' })).toMatch(/^\xff\xd8\xff/);
    expect(await magic({ format: 'webp' })).toMatch(/WEBP$/);
    const [good, poor] = await Promise.all(
      [95, 10].map((quality) => tensorToImage(x, { format: 'jpeg', quality })),
    );
    expect(good!.length).toBeGreaterThan(2 * poor!.length);
  });

  it('rounds to the nearest value and cuts off what is beyond', async () => {
    const x = tensor([[-1, 0.001, 0.5, 0.999, 2, Number.NaN]]).reshape(1, 1, 6);
    const half = await decodeImage(await tensorToImage(x), { dtype: 'uint8', channels: 1 });
    expect(half.flatten().toArray()).toEqual([0, 0, 128, 255, 255, 0]);
  });

  it('takes half precision, masks, views and every number of dimensions', async () => {
    expect(await pixel(full([3, 1, 1], 0.2).to('float16'))).toEqual([51, 51, 51]);
    expect(await pixel(full([3, 1, 1], 0.5).to('float64'))).toEqual([128, 128, 128]);
    expect(await pixel(ones([1, 1]).to('bool'))).toEqual([255, 255, 255]);
    expect(await pixel(zeros([1, 1, 1, 1]))).toEqual([0, 0, 0]);
    expect(await pixel(tensor([[0, 1]]).transpose(0, 1))).toEqual([0, 255, 0, 255, 0, 255]);
    expect(await pixel(ones([3, 1, 1], { requiresGrad: true }))).toEqual([255, 255, 255]);
    const last = tensor([[[10, 20, 30]]], { dtype: 'uint8' });
    expect(await pixel(last, { layout: 'NHWC' })).toEqual([10, 20, 30]);
  });

  it.each<[Tensor, EncodeImageOptions, string]>([
    [zeros([2, 3, 4, 4]), {}, 'ERR_SHAPE_MISMATCH'],
    [zeros([2, 4, 4]), {}, 'ERR_SHAPE_MISMATCH'],
    [zeros([3, 0, 4]), {}, 'ERR_SHAPE_MISMATCH'],
    [zeros([3]), {}, 'ERR_SHAPE_MISMATCH'],
    [zeros([3, 4, 4]).to('int64'), {}, 'ERR_INVALID_ARG_TYPE'],
    [zeros([3, 4, 4]).to('uint8'), { mean: [1] }, 'ERR_INVALID_ARG_VALUE'],
    [zeros([4, 4, 4]), { format: 'jpeg' }, 'ERR_INVALID_ARG_VALUE'],
    [zeros([3, 4, 4]), { quality: 50 }, 'ERR_INVALID_ARG_VALUE'],
    [zeros([3, 4, 4]), { format: 'jpeg', quality: 101 }, 'ERR_OUT_OF_RANGE'],
    [zeros([3, 4, 4]), { format: 'jpeg', lossless: true }, 'ERR_INVALID_ARG_VALUE'],
    [zeros([3, 4, 4]), { format: 'bmp' } as unknown as EncodeImageOptions, 'ERR_INVALID_ARG_VALUE'],
    [[1] as unknown as Tensor, {}, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses what it cannot write: %#', async (x, options, code) => {
    expect((await rejected(tensorToImage(x, options))).code).toBe(code);
  });
});

describe('saveImage', () => {
  it('writes files in the format of their names, or the given one', async () => {
    const folder = scratchFolder();
    const x = rand([3, 5, 7]);
    const starts: string[] = [];
    for (const name of ['a.png', 'b.JPG', 'c.jpeg', 'd.webp']) {
      await saveImage(x, path.join(folder, name));
      starts.push((await readFile(path.join(folder, name))).subarray(0, 4).toString('latin1'));
    }
    expect(starts).toEqual(['\x89PNG', '\xff\xd8\xff\xdb', '\xff\xd8\xff\xdb', 'RIFF']);
    const url = pathToFileURL(path.join(folder, 'e'));
    await saveImage(x, url, { format: 'png' });
    expect((await decodeImage(url)).shape).toEqual([1, 3, 5, 7]);
  });

  it('says why it cannot', async () => {
    const x = rand([3, 5, 7]);
    const unknown = await rejected(saveImage(x, 'a.tga'));
    expect([unknown.code, unknown.message]).toEqual([
      'ERR_INVALID_ARG_VALUE',
      'saveImage: a.tga ends in none of .png, .jpg, .jpeg, .webp: give format',
    ]);
    const target = path.join(scratchFolder(), 'none', 'a.png');
    expect((await rejected(saveImage(x, target))).code).toBe('ERR_SAVE_FAILED');
    expect((await rejected(saveImage(x, 5 as unknown as string))).code).toBe(
      'ERR_INVALID_ARG_TYPE',
    );
    expect((await rejected(saveImage(x, ''))).code).toBe('ERR_INVALID_ARG_VALUE');
  });
});
