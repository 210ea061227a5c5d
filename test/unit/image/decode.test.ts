import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type DecodeImageOptions,
  decodeImage,
  imagenet,
  TORCHVISION_NORM_MEAN_RGB,
  TORCHVISION_NORM_STD_RGB,
} from '../../../src/image/image.js';
import { type Tensor, TorchError } from '../../../src/index.js';
import { inFixtures } from '../../fixtures/folder.js';
import { rejected } from '../caught.js';

const image = (name: string): string => inFixtures('images', name);
const photo = image('photo.jpg');

describe('decodeImage', () => {
  it('gives float32 [1, 3, height, width] from 0 to 1', async () => {
    const x = await decodeImage(photo);
    expect([x.dtype, x.shape, x.isContiguous]).toEqual(['float32', [1, 3, 480, 640], true]);
    expect(x.min().item()).toBeGreaterThanOrEqual(0);
    expect(x.max().item()).toBeLessThanOrEqual(1);
  });

  it('reads paths, file URLs, and bytes in any buffer alike', async () => {
    const fromPath = await decodeImage(photo, { resize: 32 });
    const bytes = await readFile(photo);
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    const { buffer } = new Uint8Array(bytes);
    for (const source of [pathToFileURL(photo), bytes, new DataView(buffer), buffer, shared]) {
      expect((await decodeImage(source, { resize: 32 })).equal(fromPath)).toBe(true);
    }
  });

  it('has ImageNet’s preset under the names of the mobile libraries', async () => {
    expect(TORCHVISION_NORM_MEAN_RGB).toEqual([0.485, 0.456, 0.406]);
    expect(TORCHVISION_NORM_STD_RGB).toEqual([0.229, 0.224, 0.225]);
    expect(Object.isFrozen(imagenet) && Object.isFrozen(imagenet.mean)).toBe(true);
    expect((await decodeImage(photo, imagenet)).shape).toEqual([1, 3, 224, 224]);
  });

  it('has the dtype of the options in its type', async () => {
    expectTypeOf(await decodeImage(photo, imagenet)).toEqualTypeOf<Tensor<'float32'>>();
    expectTypeOf(await decodeImage(photo, { dtype: 'uint8' })).toEqualTypeOf<Tensor<'uint8'>>();
    const options: DecodeImageOptions = {};
    expectTypeOf(await decodeImage(photo, options)).toEqualTypeOf<Tensor<'float32' | 'uint8'>>();
    // @ts-expect-error there are no such images
    await rejected(decodeImage(photo, { dtype: 'int64' }));
  });

  it('has the same elements in every layout, in the memory that the layout means', async () => {
    const plain = await decodeImage(photo, imagenet);
    const last = await decodeImage(photo, { ...imagenet, memoryFormat: 'channels_last' });
    expect(last.shape).toEqual(plain.shape);
    expect(last.isContiguousIn('channels_last')).toBe(true);
    expect(last.equal(plain)).toBe(true);
    const inner = await decodeImage(photo, { ...imagenet, layout: 'NHWC' });
    expect([inner.shape, inner.isContiguous]).toEqual([[1, 224, 224, 3], true]);
    expect(inner.permute(0, 3, 1, 2).equal(plain)).toBe(true);
  });

  it('turns the image as its EXIF tag says, unless told otherwise', async () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8].map(async (orientation) => {
      const { shape } = await decodeImage(image(`exif-${orientation}.jpg`));
      return shape.slice(2);
    });
    const upright = [40, 57];
    const turned = [57, 40];
    expect(await Promise.all(sizes)).toEqual([
      ...[upright, upright, upright, upright],
      ...[turned, turned, turned, turned],
    ]);
    const left = await decodeImage(image('exif-6.jpg'), { applyExifOrientation: false });
    expect(left.shape).toEqual([1, 3, 40, 57]);
  });

  it('decodes an image of one pixel', async () => {
    const x = await decodeImage(image('pixel.png'), { dtype: 'uint8' });
    expect(x.toArray()).toEqual([[[[250]], [[5]], [[99]]]]);
    expect((await decodeImage(image('pixel.png'), { resize: 7 })).shape).toEqual([1, 3, 7, 7]);
  });
});

describe('what is no image', () => {
  const failure = async (source: Parameters<typeof decodeImage>[0], options = {}) => {
    const { error, code, message } = await rejected(decodeImage(source, options));
    expect(error).toBeInstanceOf(TorchError);
    return [code, message];
  };

  it('is told apart: missing, a folder, empty, text, damaged, of another format', async () => {
    expect(await failure('none.png')).toEqual(['ERR_FILE_NOT_FOUND', 'none.png: no such file']);
    const [code, message] = await failure(inFixtures('images'));
    expect(code).toBe('ERR_IMAGE_DECODE');
    expect(message).toMatch(/images: cannot be read: EISDIR/);
    expect(await failure(new Uint8Array(0))).toEqual([
      'ERR_IMAGE_DECODE',
      'decodeImage: the file is empty',
    ]);
    expect(await failure(Buffer.from('hello'))).toEqual([
      'ERR_IMAGE_DECODE',
      expect.stringContaining('the image cannot be read: '),
    ]);
    for (const name of ['cut-odd.jpg', 'cut-plain.png', 'cut-clear.webp']) {
      const [code, message] = await failure(image(name));
      expect(code).toBe('ERR_IMAGE_DECODE');
      expect(message).toMatch(/cut-.*: it starts as a (JPEG|PNG|WebP) does; /);
    }
    expect(await failure(image('plain.bmp'))).toEqual([
      'ERR_UNSUPPORTED_FORMAT',
      expect.stringContaining('a BMP image, which this sharp does not read: convert it'),
    ]);
  });

  it('or is too large, is refused before it is decoded', async () => {
    expect(await failure(photo, { limitInputPixels: 307_199 })).toEqual([
      'ERR_IMAGE_TOO_LARGE',
      expect.stringContaining('640 x 480 pixels, more than limitInputPixels allows: 307199'),
    ]);
    await decodeImage(photo, { limitInputPixels: 307_200 });
    await decodeImage(photo, { limitInputPixels: false });
    const bomb = Buffer.from(await readFile(image('pixel.png')));
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    expect((await failure(bomb))[0]).toMatch(/^ERR_IMAGE_(TOO_LARGE|DECODE)$/);
  });

  it('carries the stack of the caller', async () => {
    async function whoeverAsks(): Promise<void> {
      await decodeImage('none.png');
    }
    expect((await rejected(whoeverAsks())).error.stack).toContain('whoeverAsks');
  });
});
