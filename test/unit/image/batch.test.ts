import { describe, expect, expectTypeOf, it } from 'vitest';
import { decodeImage, decodeImages, imagenet } from '../../../src/image/image.js';
import { cat, type Tensor } from '../../../src/index.js';
import { inFixtures } from '../../fixtures/folder.js';
import { rejected } from '../caught.js';

const names = ['photo.jpg', 'odd.jpg', 'cmyk.jpg', 'portrait.png', 'lossy.webp', 'grey16.png'];
const files = names.map((name) => inFixtures('images', name));
const [photo = '', odd = ''] = files;

describe('decodeImages', () => {
  it.each([
    {},
    { memoryFormat: 'channels_last' },
    { layout: 'NHWC' },
    { channels: 1, mean: [0.5], std: [0.5] },
  ] as const)('gives what decodeImage gives for each, in order: %j', async (options) => {
    const batch = await decodeImages(files, { ...imagenet, ...options });
    const alone = await Promise.all(
      files.map((file) => decodeImage(file, { ...imagenet, ...options })),
    );
    expect(batch.equal(cat(alone, 0))).toBe(true);
    expect(batch.stride).toEqual([batch.numel / files.length, ...alone[0]!.stride.slice(1)]);
  });

  it('has the dtype of the options, and takes one image too', async () => {
    const batch = await decodeImages([photo], { dtype: 'uint8' });
    expectTypeOf(batch).toEqualTypeOf<Tensor<'uint8'>>();
    expect(batch.equal(await decodeImage(photo, { dtype: 'uint8' }))).toBe(true);
  });

  it('refuses images that end up with different sizes', async () => {
    const { name, code, message } = await rejected(decodeImages([photo, odd], { resize: 32 }));
    expect([name, code]).toEqual(['RangeError', 'ERR_SHAPE_MISMATCH']);
    expect(message).toContain('32 x 42');
    expect(message).toContain('32 x 47');
    expect(message).toContain('give resize as [height, width], or centerCrop');
  });

  it('says which one failed', async () => {
    const broken = await rejected(decodeImages([photo, Buffer.from('x'), photo], imagenet));
    expect(broken.code).toBe('ERR_IMAGE_DECODE');
    expect(broken.message).toContain('decodeImages[1]: the image cannot be read');
    const missing = await rejected(decodeImages([photo, 'none.jpg'], imagenet));
    expect(missing.message).toBe('none.jpg: no such file');
    const wrong = await rejected(decodeImages([photo, 5 as unknown as string], imagenet));
    expect([wrong.name, wrong.code]).toEqual(['TypeError', 'ERR_INVALID_ARG_TYPE']);
    expect(wrong.message).toContain('decodeImages[1]: expected a path');
  });

  it('refuses no images, and what is no array', async () => {
    expect((await rejected(decodeImages([]))).code).toBe('ERR_INVALID_ARG_VALUE');
    const single = photo as unknown as string[];
    expect((await rejected(decodeImages(single))).code).toBe('ERR_INVALID_ARG_TYPE');
  });
});
