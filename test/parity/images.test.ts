import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type DecodeImageOptions, decodeImage, imageToTensor } from '../../src/image/image.js';
import type { Tensor } from '../../src/index.js';
import { goldens, inFixtures } from '../fixtures/folder.js';

/** An image, options, and what Pillow and PyTorch make of them. */
interface Case {
  readonly file: string;
  readonly options: DecodeImageOptions;
  readonly golden: string;
  readonly dtype: 'uint8' | 'float32';
  readonly shape: number[];
  /** How far an element may be off: of 255 for uint8, of 1 before normalizing for float32. */
  readonly tolerance: number;
  readonly kind: string;
}

const cases = goldens<Case[]>('images/images.json');
const ofKind = (kind: string): [string, Case][] => {
  const found = cases.filter((one) => one.kind === kind);
  return found.map((one) => [`${one.file} ${JSON.stringify(one.options)}`, one]);
};

function wanted({ golden, dtype }: Case): ArrayLike<number> {
  const bytes = new Uint8Array(readFileSync(inFixtures('images', golden)));
  return dtype === 'uint8' ? bytes : new Float32Array(bytes.buffer);
}

const decode = ({ file, options }: Case): Promise<Tensor> =>
  decodeImage(inFixtures('images', file), options);

/** The largest difference, and the share of elements that have one; `scale` weighs them. */
function compare(
  actual: Tensor,
  golden: ArrayLike<number>,
  scale: (index: number) => number = () => 1,
): { worst: number; share: number } {
  const got = actual.contiguous().data as ArrayLike<number>;
  let worst = 0;
  let count = 0;
  for (let index = 0; index < golden.length; index++) {
    const difference = Math.abs((got[index] as number) - (golden[index] as number));
    if (difference === 0) continue;
    count++;
    worst = Math.max(worst, difference * scale(index));
  }
  return { worst, share: count / golden.length };
}

function expectLike(actual: Tensor, { dtype, shape }: Case): void {
  expect([actual.dtype, actual.shape]).toEqual([dtype, shape]);
}

describe('files decode to the pixels that Pillow has', () => {
  it.each(ofKind('decoded'))('%s', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    expect(compare(image, wanted(one)).worst).toBeLessThanOrEqual(one.tolerance);
  });
});

describe('images are scaled as Pillow scales them', () => {
  it.each(ofKind('resized'))('%s', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    const { worst, share } = compare(image, wanted(one));
    expect(worst).toBeLessThanOrEqual(one.tolerance);
    expect(share).toBeLessThanOrEqual(one.options.interpolation === 'nearest' ? 0.001 : 0.02);
  });

  it.each(ofKind('transparent'))('%s, colours weighed by their opacity', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    const golden = wanted(one);
    const opacity = (index: number): number => {
      return index % 4 === 3 ? 1 : (golden[index - (index % 4) + 3] as number) / 255;
    };
    expect(compare(image, golden, opacity).worst).toBeLessThanOrEqual(one.tolerance);
  });
});

describe('images are cut, covered and padded at the places that torchvision has', () => {
  it.each(ofKind('fitted'))('%s', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    expect(compare(image, wanted(one)).worst).toBeLessThanOrEqual(one.tolerance);
  });
});

describe('without antialiasing the kernels are PyTorch’s', () => {
  it.each(ofKind('plain'))('%s', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    expect(compare(image, wanted(one)).worst).toBe(0);
  });
});

describe('arithmetic without scaling is torchvision’s to the bit', () => {
  it.each(ofKind('exact'))('%s', async (_, one) => {
    const golden = wanted(one);
    for (const memoryFormat of ['contiguous_format', 'channels_last'] as const) {
      const image = await decode({ ...one, options: { ...one.options, memoryFormat } });
      expectLike(image, one);
      expect(image.isContiguousIn(memoryFormat)).toBe(true);
      expect(compare(image, golden).worst).toBe(0);
    }
    const innermost = await decode({ ...one, options: { ...one.options, layout: 'NHWC' } });
    expect(compare(innermost.permute(0, 3, 1, 2), golden).worst).toBe(0);
  });
});

describe('the whole of Resize, CenterCrop, ToTensor and Normalize is within 1/255', () => {
  const std = [0.229, 0.224, 0.225];
  it.each(ofKind('normalized'))('%s', async (_, one) => {
    const image = await decode(one);
    expectLike(image, one);
    const plane = 224 * 224;
    const { worst } = compare(image, wanted(one), (index) => {
      return std[Math.floor(index / plane)] as number;
    });
    expect(worst).toBeLessThanOrEqual(one.tolerance + 1e-6);
  });

  it('and the same from pixels in memory, on this thread', async () => {
    const [, one] = ofKind('normalized').find(([, { file }]) => file === 'photo.jpg') as [
      string,
      Case,
    ];
    const { shape, data } = await decodeImage(inFixtures('images', one.file), {
      dtype: 'uint8',
      layout: 'NHWC',
    });
    const [, height = 0, width = 0] = shape;
    const image = imageToTensor({ data: data as Uint8Array, height, width }, one.options);
    expect(image.equal(await decode(one))).toBe(true);
  });
});
