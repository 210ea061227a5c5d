/** Pixels in memory to the tensor that a recipe describes. */
import { empty, fromBuffer, type Tensor } from '../index.js';
import type { Recipe } from './options.js';
import { type PixelScript, pixelScript } from './script.js';
import type { Pixels } from './sharp.js';
import { type Plan, planOf } from './sizes.js';

/** The result as callers see it, and as the script writes it: [N, channels, height, width]. */
export interface Target {
  readonly result: Tensor;
  readonly channelsFirst: Tensor;
}

/** Memory for images of a size. */
export function makeTarget(count: number, { window }: Plan, recipe: Recipe): Target {
  const { height, width } = window;
  const { channels, dtype, isInterleaved, layout } = recipe;
  if (!isInterleaved) {
    const result = empty([count, channels, height, width], { dtype });
    return { result, channelsFirst: result };
  }
  const inner = empty([count, height, width, channels], { dtype });
  const channelsFirst = inner.permute(0, 3, 1, 2);
  if (layout === 'NHWC') return { result: inner, channelsFirst };
  inner.dispose();
  return { result: channelsFirst, channelsFirst };
}

/** Lets go of what the caller does not get. */
export function finish({ result, channelsFirst }: Target): Tensor {
  if (channelsFirst !== result) channelsFirst.dispose();
  return result;
}

/** Lets go of everything. */
export function abandon({ result, channelsFirst }: Target): void {
  channelsFirst.dispose();
  result.dispose();
}

/** Whether the result has the very elements of the pixels, in their order. */
function isSame({ height, width, channels, isCmyk }: Pixels, plan: Plan, recipe: Recipe): boolean {
  const { resized, window } = plan;
  const isWhole = [resized, window].every((one) => one.height === height && one.width === width);
  const hasChannels = channels === recipe.channels && !isCmyk;
  return isWhole && hasChannels && recipe.dtype === 'uint8' && recipe.isInterleaved;
}

const shapeOf = ({ height, width, channels }: Pixels): number[] => [1, height, width, channels];

/** The pixels' own memory as a tensor. */
function shared(pixels: Pixels): Tensor {
  return fromBuffer(pixels.data, { shape: shapeOf(pixels) });
}

function asIs(pixels: Tensor, { layout }: Recipe): Tensor {
  if (layout === 'NHWC') return pixels;
  try {
    return pixels.permute(0, 3, 1, 2);
  } finally {
    pixels.dispose();
  }
}

type Arguments = Parameters<PixelScript['forwardSync']>;

function argumentsOf(
  { height, width, isCmyk }: Pixels,
  source: Tensor,
  { resized, window }: Plan,
  { fill, divisor, mean, std }: Recipe,
  out: Tensor,
): Arguments {
  const isResized = resized.height !== height || resized.width !== width;
  const size = isResized ? [resized.height, resized.width] : null;
  const part = [window.top, window.left, window.height, window.width];
  return [source, isCmyk, size, part, fill, divisor, mean, std, out];
}

/** Writes an image to `out`, which is seen as [1, channels, height, width]. */
export async function render(
  pixels: Pixels,
  plan: Plan,
  recipe: Recipe,
  out: Tensor,
): Promise<void> {
  const script = pixelScript(recipe.interpolation, recipe.antialias);
  const source = shared(pixels);
  try {
    await script.forward(...argumentsOf(pixels, source, plan, recipe, out));
  } finally {
    source.dispose();
  }
}

/** An image as a tensor of its own. */
export async function toTensor(pixels: Pixels, recipe: Recipe): Promise<Tensor> {
  const plan = planOf(pixels, recipe);
  if (isSame(pixels, plan, recipe)) return asIs(shared(pixels), recipe);
  const target = makeTarget(1, plan, recipe);
  try {
    await render(pixels, plan, recipe, target.channelsFirst);
    return finish(target);
  } catch (error) {
    abandon(target);
    throw error;
  }
}

/** The same on this thread. */
export function toTensorSync(pixels: Pixels, recipe: Recipe): Tensor {
  const plan = planOf(pixels, recipe);
  if (isSame(pixels, plan, recipe)) return asIs(shared(pixels), recipe);
  const script = pixelScript(recipe.interpolation, recipe.antialias);
  const target = makeTarget(1, plan, recipe);
  const source = shared(pixels);
  try {
    script.forwardSync(...argumentsOf(pixels, source, plan, recipe, target.channelsFirst));
    return finish(target);
  } catch (error) {
    abandon(target);
    throw error;
  } finally {
    source.dispose();
  }
}
