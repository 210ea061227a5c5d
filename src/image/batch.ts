import { availableParallelism } from 'node:os';
import type { Tensor } from '../index.js';
import { describe } from '../tensor/describe.js';
import { wrongArgument } from './failures.js';
import {
  checkDecodeOptions,
  type DecodeImageOptions,
  type DecodeRecipe,
  type ImageDType,
} from './options.js';
import { abandon, finish, makeTarget, render, type Target } from './render.js';
import { decodePixels } from './sharp.js';
import { planOf, type Window } from './sizes.js';
import { type EncodedImage, type ImageSource, openSource } from './source.js';

/** A tensor that images are written to as they are decoded; the first one decides its size. */
class Batch {
  private readonly recipe: DecodeRecipe;
  private readonly count: number;
  private target: Target | null = null;
  private first: { readonly name: string; readonly window: Window } | null = null;

  constructor(count: number, recipe: DecodeRecipe) {
    this.count = count;
    this.recipe = recipe;
  }

  async add(index: number, image: EncodedImage): Promise<void> {
    const { recipe } = this;
    const pixels = await decodePixels('decodeImages', image, recipe);
    const plan = planOf(pixels, recipe);
    this.first ??= { name: image.name, window: plan.window };
    const { name, window } = this.first;
    if (plan.window.height !== window.height || plan.window.width !== window.width) {
      const size = (one: Window): string => `${one.height} x ${one.width}`;
      const message =
        `decodeImages: ${image.name} gives ${size(plan.window)} pixels and ${name} ` +
        `${size(window)}: give resize as [height, width], or centerCrop`;
      throw wrongArgument('ERR_SHAPE_MISMATCH', message);
    }
    this.target ??= makeTarget(this.count, plan, recipe);
    const place = this.target.channelsFirst.narrow(0, index, 1);
    try {
      await render(pixels, plan, recipe, place);
    } finally {
      place.dispose();
    }
  }

  finish(): Tensor {
    return finish(this.target as Target);
  }

  abandon(): void {
    if (this.target !== null) abandon(this.target);
  }
}

/**
 * Calls `work` for each index, a few at a time; after a failure none begins, and those running are
 * awaited.
 */
async function eachConcurrently(
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      try {
        await work(next++);
      } catch (error) {
        next = count;
        throw error;
      }
    }
  };
  const lanes = Math.min(count, Math.max(2, availableParallelism()));
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/**
 * Decodes images concurrently, each straight to its place in one tensor [N, 3, height, width]; the
 * options are those of `decodeImage`. As many files are open and in memory at once as there are
 * cores.
 *
 * @throws RangeError `ERR_SHAPE_MISMATCH` when the images end up with different sizes; what
 * `decodeImage` throws.
 * @example
 * ```ts
 * import { decodeImages, imagenet } from 'libtorch-node/image';
 *
 * const batch = await decodeImages(['photo.jpg', 'portrait.png'], imagenet);
 * console.log(batch.shape); // [2, 3, 224, 224]
 * ```
 */
export async function decodeImages<D extends ImageDType = 'float32'>(
  sources: readonly ImageSource[],
  options?: DecodeImageOptions<D>,
): Promise<Tensor<D>> {
  const recipe = checkDecodeOptions('decodeImages', options);
  if (!Array.isArray(sources)) {
    const expected = 'an array of paths, URLs or bytes';
    const message = `decodeImages: expected ${expected}, got ${describe(sources)}`;
    throw wrongArgument('ERR_INVALID_ARG_TYPE', message);
  }
  if (sources.length === 0) {
    throw wrongArgument('ERR_INVALID_ARG_VALUE', 'decodeImages: expected at least one image');
  }
  const reads = Array.from(sources as readonly ImageSource[], (source, index) => {
    return openSource(`decodeImages[${index}]`, source);
  });
  const batch = new Batch(reads.length, recipe);
  try {
    await eachConcurrently(reads.length, async (index) => {
      const read = reads[index] as () => Promise<EncodedImage>;
      await batch.add(index, await read());
    });
    return batch.finish() as Tensor<D>;
  } catch (error) {
    batch.abandon();
    throw error;
  }
}
